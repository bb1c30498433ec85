#include "CSamples.h"

// The files go into the binary as they are, so nothing has to be found on disk at run time.
// `#embed` (C23) costs no compile time; the compiler offers it in older dialects too, with a warning.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char coffee_mug[] = {
#embed "../../Fixtures/samples/coffee-mug.jpg"
};
static const unsigned char coffee_mug_2[] = {
#embed "../../Fixtures/samples/coffee-mug-2.jpg"
};
static const unsigned char sunset_beach[] = {
#embed "../../Fixtures/samples/sunset-beach.jpg"
};
static const unsigned char sunset_beach_2[] = {
#embed "../../Fixtures/samples/sunset-beach-2.jpg"
};
static const unsigned char neon_street[] = {
#embed "../../Fixtures/samples/neon-street.jpg"
};
static const unsigned char neon_street_2[] = {
#embed "../../Fixtures/samples/neon-street-2.jpg"
};
static const unsigned char odometer[] = {
#embed "../../Fixtures/samples/odometer.jpg"
};
static const unsigned char odometer_2[] = {
#embed "../../Fixtures/samples/odometer-2.jpg"
};
static const unsigned char snowy_mountains[] = {
#embed "../../Fixtures/samples/snowy-mountains.jpg"
};
static const unsigned char snowy_mountains_2[] = {
#embed "../../Fixtures/samples/snowy-mountains-2.jpg"
};
static const unsigned char fruit_bowl[] = {
#embed "../../Fixtures/samples/fruit-bowl.jpg"
};
static const unsigned char fruit_bowl_2[] = {
#embed "../../Fixtures/samples/fruit-bowl-2.jpg"
};
static const unsigned char rusty_plate[] = {
#embed "../../Fixtures/samples/rusty-plate.jpg"
};
static const unsigned char cracked_wall[] = {
#embed "../../Fixtures/samples/cracked-wall.jpg"
};
static const unsigned char forest_path[] = {
#embed "../../Fixtures/samples/forest-path.jpg"
};
static const unsigned char starry_sky[] = {
#embed "../../Fixtures/samples/starry-sky.jpg"
};
static const unsigned char concert[] = {
#embed "../../Fixtures/samples/concert.jpg"
};
static const unsigned char poster[] = {
#embed "../../Fixtures/samples/poster.jpg"
};
static const unsigned char desk[] = {
#embed "../../Fixtures/samples/desk.jpg"
};
static const unsigned char blue_lake[] = {
#embed "../../Fixtures/samples/blue-lake.jpg"
};
static const unsigned char umbrella_market[] = {
#embed "../../Fixtures/samples/umbrella-market.jpg"
};

#define SAMPLE(name, bytes) {name, bytes, sizeof bytes}

const struct tt_sample tt_samples[] = {
    SAMPLE("coffee-mug.jpg", coffee_mug),
    SAMPLE("coffee-mug-2.jpg", coffee_mug_2),
    SAMPLE("sunset-beach.jpg", sunset_beach),
    SAMPLE("sunset-beach-2.jpg", sunset_beach_2),
    SAMPLE("neon-street.jpg", neon_street),
    SAMPLE("neon-street-2.jpg", neon_street_2),
    SAMPLE("odometer.jpg", odometer),
    SAMPLE("odometer-2.jpg", odometer_2),
    SAMPLE("snowy-mountains.jpg", snowy_mountains),
    SAMPLE("snowy-mountains-2.jpg", snowy_mountains_2),
    SAMPLE("fruit-bowl.jpg", fruit_bowl),
    SAMPLE("fruit-bowl-2.jpg", fruit_bowl_2),
    SAMPLE("rusty-plate.jpg", rusty_plate),
    SAMPLE("cracked-wall.jpg", cracked_wall),
    SAMPLE("forest-path.jpg", forest_path),
    SAMPLE("starry-sky.jpg", starry_sky),
    SAMPLE("concert.jpg", concert),
    SAMPLE("poster.jpg", poster),
    SAMPLE("desk.jpg", desk),
    SAMPLE("blue-lake.jpg", blue_lake),
    SAMPLE("umbrella-market.jpg", umbrella_market),
};

const size_t tt_samples_count = sizeof tt_samples / sizeof tt_samples[0];
