#pragma once
#include "ci_cage.h"
#include "ci_jpeg.h"
#include "ci_pixels.h"
#include "ci_png.h"
