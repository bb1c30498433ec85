#pragma once
#include "crc32c.h"
#include "distance.h"
