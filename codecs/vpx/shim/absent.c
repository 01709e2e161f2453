// SPDX-License-Identifier: Apache-2.0
// Stands for files of libvpx that a real-time encoder of one thread never enters: rate control from outside, the model that looks
// at future frames, and work shared among threads. What is called at the beginning or the end does nothing; the rest stops the module.
#include <string.h>

#include "vp9/encoder/vp9_encoder.h"
#include "vp9/encoder/vp9_ethread.h"
#include "vp9/encoder/vp9_ext_ratectrl.h"
#include "vp9/encoder/vp9_multi_thread.h"
#include "vp9/encoder/vp9_tpl_model.h"

#define NEVER(signature) \
  signature { __builtin_trap(); }

// vp9_ext_ratectrl.c: nobody sets functions of their own (VP9E_SET_EXTERNAL_RATE_CONTROL).
vpx_codec_err_t vp9_extrc_init(EXT_RATECTRL *ext_ratectrl) {
  memset(ext_ratectrl, 0, sizeof(*ext_ratectrl));
  return VPX_CODEC_OK;
}
vpx_codec_err_t vp9_extrc_delete(EXT_RATECTRL *ext_ratectrl) { return vp9_extrc_init(ext_ratectrl); }
vpx_codec_err_t vp9_extrc_create(vpx_rc_funcs_t funcs, vpx_rc_config_t ratectrl_config, EXT_RATECTRL *ext_ratectrl) {
  (void)funcs, (void)ratectrl_config, (void)ext_ratectrl;
  return VPX_CODEC_INCAPABLE;
}
NEVER(vpx_codec_err_t vp9_extrc_get_encodeframe_decision(EXT_RATECTRL *ext_ratectrl, int gop_index, vpx_rc_encodeframe_decision_t *decision))
NEVER(vpx_codec_err_t vp9_extrc_update_encodeframe_result(EXT_RATECTRL *ext_ratectrl, int64_t bit_count, int actual_encoding_qindex))
NEVER(vpx_codec_err_t vp9_extrc_get_frame_rdmult(EXT_RATECTRL *ext_ratectrl, int show_index, int coding_index, int gop_index, FRAME_UPDATE_TYPE update_type,
                                                 int gop_size, int use_alt_ref, RefCntBuffer *ref_frame_bufs[MAX_INTER_REF_FRAMES], int ref_frame_flags,
                                                 int *rdmult))

// vp9_tpl_model.c: there are no future frames to look at.
void vp9_free_tpl_buffer(VP9_COMP *cpi) { (void)cpi; }
NEVER(void vp9_init_tpl_buffer(VP9_COMP *cpi))
NEVER(void vp9_estimate_tpl_qp_gop(VP9_COMP *cpi))
NEVER(void vp9_setup_tpl_stats(VP9_COMP *cpi))
// Of PERCEPTUAL_AQ, which is not the mode we set (VP9E_SET_AQ_MODE).
NEVER(void vp9_wht_fwd_txfm(int16_t *src_diff, int bw, tran_low_t *coeff, TX_SIZE tx_size))

// vp9_ethread.c and vp9_multi_thread.c: g_threads is 1 and rows are not shared (VP9E_SET_ROW_MT).
void vp9_encode_free_mt_data(VP9_COMP *cpi) { (void)cpi; }
void vp9_row_mt_mem_dealloc(VP9_COMP *cpi) { (void)cpi; }
void vp9_row_mt_sync_read_dummy(VP9RowMTSync *const row_mt_sync, int r, int c) { (void)row_mt_sync, (void)r, (void)c; }
void vp9_row_mt_sync_write_dummy(VP9RowMTSync *const row_mt_sync, int r, int c, const int cols) { (void)row_mt_sync, (void)r, (void)c, (void)cols; }
NEVER(void vp9_row_mt_alloc_rd_thresh(VP9_COMP *const cpi, TileDataEnc *const this_tile))
NEVER(void vp9_row_mt_sync_read(VP9RowMTSync *const row_mt_sync, int r, int c))
NEVER(void vp9_row_mt_sync_write(VP9RowMTSync *const row_mt_sync, int r, int c, const int cols))
NEVER(void vp9_encode_tiles_mt(VP9_COMP *cpi))
NEVER(void vp9_encode_tiles_row_mt(VP9_COMP *cpi))

// Functions in files that are there otherwise; the recipe (`detours`) has their callers call these instead.
NEVER(void tessera_never_loop_filter_frame_mt(YV12_BUFFER_CONFIG *frame, struct VP9Common *cm, struct macroblockd_plane planes[MAX_MB_PLANE], int frame_filter_level,
                                              int y_only, int partial_frame, VPxWorker *workers, int num_workers, VP9LfSync *lf_sync))
// The rate is constant (rc_end_usage).
NEVER(void tessera_never_rc_get_one_pass_vbr_params(struct VP9_COMP *cpi))
// Exponentials are of tuning for SSIM (VP8E_SET_TUNING), which is not set.
NEVER(double tessera_never_exp(double x))
