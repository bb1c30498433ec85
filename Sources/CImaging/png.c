#include "include/ci_png.h"
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <png.h>

typedef struct {
    png_structp codec;
    png_infop info;
    const uint8_t *next;
    size_t left;
    size_t surplus;  // Bytes that may still be read once the last row is being read.
    int is_last_row;
    char *message;
} reader;

// libpng inflates whatever follows the last row only to say that it is too much. What a true file holds
// there is a checksum.
enum { allowed_surplus = 16 << 10 };

static void fail(png_structp codec, png_const_charp text) {
    reader *state = png_get_error_ptr(codec);
    snprintf(state->message, 200, "%s", text);
    png_longjmp(codec, 1);
}

static void ignore_warning(png_structp codec, png_const_charp text) {
    (void)codec;
    (void)text;
}

static void pull(png_structp codec, png_bytep target, size_t count) {
    reader *state = png_get_io_ptr(codec);
    if (count > state->left) png_error(codec, "the file is cut off");
    if (state->is_last_row) {
        if (count > state->surplus) png_error(codec, "data behind the last row");
        state->surplus -= count;
    }
    memcpy(target, state->next, count);
    state->next += count;
    state->left -= count;
}

int ci_png_open(ci_png *picture, const uint8_t *bytes, size_t count) {
    picture->message[0] = 0;
    picture->profile = NULL;
    picture->profile_size = 0;
    reader *state = picture->state = calloc(1, sizeof(reader));
    if (!state) return -1;
    state->next = bytes;
    state->left = count;
    state->message = picture->message;
    state->codec = png_create_read_struct(PNG_LIBPNG_VER_STRING, state, fail, ignore_warning);
    if (!state->codec) return -1;
    state->info = png_create_info_struct(state->codec);
    if (!state->info || setjmp(png_jmpbuf(state->codec))) return -1;
    png_set_read_fn(state->codec, state, pull);
    png_set_user_limits(state->codec, 16384, 16384);
    png_set_chunk_malloc_max(state->codec, 4 << 20);
    png_set_chunk_cache_max(state->codec, 64);
    // Text is where compressed bombs hide, and nothing here reads it.
    static const png_byte unread[] = "tEXt\0zTXt\0iTXt\0eXIf\0hIST\0sPLT\0pCAL\0tIME\0oFFs\0sCAL\0";
    png_set_keep_unknown_chunks(state->codec, PNG_HANDLE_CHUNK_NEVER, unread, 10);
    png_read_info(state->codec, state->info);
    if (png_get_bit_depth(state->codec, state->info) == 16) png_set_strip_16(state->codec);
    png_set_expand(state->codec);
    png_set_interlace_handling(state->codec);
    png_read_update_info(state->codec, state->info);
    picture->width = (int)png_get_image_width(state->codec, state->info);
    picture->height = (int)png_get_image_height(state->codec, state->info);
    picture->channels = png_get_channels(state->codec, state->info);
    png_charp name;
    png_bytep profile;
    png_uint_32 size;
    int method;
    if (png_get_iCCP(state->codec, state->info, &name, &method, &profile, &size) == PNG_INFO_iCCP) {
        picture->profile = profile;
        picture->profile_size = size;
    }
    return 0;
}

int ci_png_read(ci_png *picture, uint8_t *rows) {
    reader *state = picture->state;
    if (setjmp(png_jmpbuf(state->codec))) return -1;
    size_t stride = (size_t)picture->width * (size_t)picture->channels;
    int passes = png_get_interlace_type(state->codec, state->info) == PNG_INTERLACE_ADAM7 ? 7 : 1;
    for (int pass = 0; pass < passes; pass++)
        for (int y = 0; y < picture->height; y++) {
            if (pass + 1 == passes && y + 1 == picture->height) {
                state->surplus = allowed_surplus + 2 * stride;
                state->is_last_row = 1;
            }
            png_read_row(state->codec, rows + (size_t)y * stride, NULL);
        }
    return 0;
}

void ci_png_close(ci_png *picture) {
    reader *state = picture->state;
    if (!state) return;
    if (state->codec) png_destroy_read_struct(&state->codec, &state->info, NULL);
    free(state);
    picture->state = NULL;
}
