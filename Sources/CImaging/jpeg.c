#include "include/ci_jpeg.h"
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jpeglib.h>
#include <jerror.h>

// A progressive picture that repeats its scans makes the decoder visit every coefficient each time;
// cameras and encoders use about ten.
enum { maximum_scans = 64 };

typedef struct {
    struct jpeg_error_mgr manager;
    jmp_buf escape;
    char *message;
} error_state;

typedef struct {
    struct jpeg_decompress_struct codec;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    error_state error;
} reader;

static void fail(j_common_ptr codec) {
    error_state *error = (error_state *)codec->err;
    if (error->message) {
        char text[JMSG_LENGTH_MAX];
        codec->err->format_message(codec, text);
        snprintf(error->message, 200, "%s", text);
    }
    longjmp(error->escape, 1);
}

// Warnings are passed over as other decoders do, but for one: the data ended while more than the last
// rows were missing. That is a cut file closed again, or a header that lies about the size.
static void judge_message(j_common_ptr codec, int level) {
    if (level >= 0 || !codec->is_decompressor || codec->err->msg_code != JWRN_HIT_MARKER) return;
    j_decompress_ptr picture = (j_decompress_ptr)codec;
    JDIMENSION rows = picture->total_iMCU_rows;
    if (picture->input_iMCU_row + 1 + rows / 50 < rows) fail(codec);
}

static void prepare_errors(error_state *error, char *message) {
    jpeg_std_error(&error->manager);
    error->manager.error_exit = fail;
    error->manager.emit_message = judge_message;
    error->message = message;
}

static void source_nothing(j_decompress_ptr codec) { (void)codec; }

// All the bytes are there from the start: being asked for more means that the file is cut off.
static boolean source_ended(j_decompress_ptr codec) {
    ERREXIT(codec, JERR_INPUT_EOF);
    return FALSE;
}

static void source_skip(j_decompress_ptr codec, long count) {
    if (count <= 0) return;
    if ((size_t)count > codec->src->bytes_in_buffer) source_ended(codec);
    codec->src->next_input_byte += count;
    codec->src->bytes_in_buffer -= (size_t)count;
}

static void watch_scans(j_common_ptr codec) {
    if (((j_decompress_ptr)codec)->input_scan_number > maximum_scans)
        ERREXIT(codec, JERR_BAD_PROGRESSION);
}

int ci_jpeg_open(ci_jpeg *picture, const uint8_t *bytes, size_t count, int denominator) {
    picture->message[0] = 0;
    reader *state = picture->state = calloc(1, sizeof(reader));
    if (!state) return -1;
    prepare_errors(&state->error, picture->message);
    state->codec.err = &state->error.manager;
    if (setjmp(state->error.escape)) return -1;
    jpeg_create_decompress(&state->codec);
    state->source = (struct jpeg_source_mgr){
        .next_input_byte = bytes,
        .bytes_in_buffer = count,
        .init_source = source_nothing,
        .fill_input_buffer = source_ended,
        .skip_input_data = source_skip,
        .resync_to_restart = jpeg_resync_to_restart,
        .term_source = source_nothing,
    };
    state->codec.src = &state->source;
    state->progress.progress_monitor = watch_scans;
    state->codec.progress = &state->progress;
    jpeg_read_header(&state->codec, TRUE);
    switch (state->codec.jpeg_color_space) {
    case JCS_GRAYSCALE: state->codec.out_color_space = JCS_GRAYSCALE; break;
    case JCS_CMYK:
    case JCS_YCCK: state->codec.out_color_space = JCS_CMYK; break;
    default: state->codec.out_color_space = JCS_RGB;
    }
    state->codec.scale_num = 1;
    state->codec.scale_denom = (unsigned)denominator;
    jpeg_calc_output_dimensions(&state->codec);
    picture->width = (int)state->codec.image_width;
    picture->height = (int)state->codec.image_height;
    picture->output_width = (int)state->codec.output_width;
    picture->output_height = (int)state->codec.output_height;
    picture->channels = state->codec.out_color_components;
    return 0;
}

int ci_jpeg_read(ci_jpeg *picture, uint8_t *rows) {
    reader *state = picture->state;
    if (setjmp(state->error.escape)) return -1;
    jpeg_start_decompress(&state->codec);
    size_t stride = (size_t)picture->output_width * (size_t)picture->channels;
    while (state->codec.output_scanline < state->codec.output_height) {
        JSAMPROW batch[8];
        unsigned first = state->codec.output_scanline;
        unsigned left = state->codec.output_height - first;
        unsigned wanted = left < 8 ? left : 8;
        for (unsigned i = 0; i < wanted; i++) batch[i] = rows + (first + i) * stride;
        jpeg_read_scanlines(&state->codec, batch, wanted);
    }
    jpeg_finish_decompress(&state->codec);
    return 0;
}

void ci_jpeg_close(ci_jpeg *picture) {
    reader *state = picture->state;
    if (!state) return;
    // The codec frees its own pools; a failure in between leaves only the pools, which go with the process.
    if (!setjmp(state->error.escape)) jpeg_destroy_decompress(&state->codec);
    free(state);
    picture->state = NULL;
}

int ci_jpeg_write(
    const uint8_t *rows, int width, int height, int channels, int quality, int optimize,
    uint8_t **bytes, size_t *count) {
    struct jpeg_compress_struct codec;
    error_state error;
    unsigned char *buffer = NULL;
    unsigned long size = 0;
    memset(&codec, 0, sizeof codec);
    prepare_errors(&error, NULL);
    codec.err = &error.manager;
    if (setjmp(error.escape)) {
        jpeg_destroy_compress(&codec);
        free(buffer);
        return -1;
    }
    jpeg_create_compress(&codec);
    jpeg_mem_dest(&codec, &buffer, &size);
    codec.image_width = (JDIMENSION)width;
    codec.image_height = (JDIMENSION)height;
    codec.input_components = channels;
    codec.in_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&codec);
    jpeg_set_quality(&codec, quality, TRUE);
    codec.optimize_coding = optimize ? TRUE : FALSE;
    jpeg_start_compress(&codec, TRUE);
    size_t stride = (size_t)width * (size_t)channels;
    while (codec.next_scanline < codec.image_height) {
        JSAMPROW row = (JSAMPROW)(rows + codec.next_scanline * stride);
        jpeg_write_scanlines(&codec, &row, 1);
    }
    jpeg_finish_compress(&codec);
    *bytes = buffer;
    *count = size;
    jpeg_destroy_compress(&codec);
    return 0;
}
