/* modules/ssl/library.h: the functions of libssl and libcrypto that _ssl calls. */
#ifndef ADDER_MODULES_SSL_LIBRARY_H
#define ADDER_MODULES_SSL_LIBRARY_H

#define OPENSSL_SUPPRESS_DEPRECATED     /* Python's interface has DH parameters and methods for one version of TLS */

#include <openssl/bio.h>
#include <openssl/comp.h>
#include <openssl/dh.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "modules/clib.h"

#define OSSL_FUNCTIONS(F) \
    F(ASN1_OBJECT_free) F(ASN1_OCTET_STRING_free) F(ASN1_STRING_get0_data) F(ASN1_STRING_length) F(ASN1_STRING_to_UTF8) F(ASN1_STRING_type) \
    F(ASN1_TIME_print) F(AUTHORITY_INFO_ACCESS_free) F(CRL_DIST_POINTS_free) F(GENERAL_NAMES_free) F(GENERAL_NAME_print) F(a2i_IPADDRESS) \
    F(BIO_clear_flags) F(BIO_ctrl) F(BIO_free) F(BIO_free_all) F(BIO_get_data) F(BIO_get_new_index) F(BIO_meth_new) F(BIO_meth_set_create) \
    F(BIO_meth_set_ctrl) F(BIO_meth_set_destroy) F(BIO_meth_set_read) F(BIO_meth_set_write) F(BIO_new) F(BIO_new_fp) F(BIO_new_mem_buf) \
    F(BIO_s_mem) F(BIO_set_data) F(BIO_set_flags) F(BIO_set_init) F(BIO_test_flags) F(BIO_up_ref) \
    F(COMP_get_type) F(CRYPTO_free) F(DH_free) F(PEM_read_DHparams) F(PEM_read_bio_X509) F(PEM_write_bio_X509) F(d2i_X509_bio) F(i2d_X509) \
    F(ERR_clear_error) F(ERR_peek_last_error) F(ERR_reason_error_string) F(i2a_ASN1_INTEGER) F(i2t_ASN1_OBJECT) \
    F(OBJ_nid2ln) F(OBJ_nid2obj) F(OBJ_nid2sn) F(OBJ_obj2nid) F(OBJ_obj2txt) F(OBJ_sn2nid) F(OBJ_txt2obj) \
    F(OPENSSL_sk_find) F(OPENSSL_sk_num) F(OPENSSL_sk_value) F(OpenSSL_version) F(OpenSSL_version_num) F(RAND_add) F(RAND_bytes) F(RAND_status) \
    F(SSL_CIPHER_description) F(SSL_CIPHER_get_auth_nid) F(SSL_CIPHER_get_bits) F(SSL_CIPHER_get_cipher_nid) F(SSL_CIPHER_get_digest_nid) \
    F(SSL_CIPHER_get_id) F(SSL_CIPHER_get_kx_nid) F(SSL_CIPHER_get_name) F(SSL_CIPHER_get_version) F(SSL_CIPHER_is_aead) \
    F(SSL_CTX_callback_ctrl) F(SSL_CTX_check_private_key) F(SSL_CTX_clear_options) F(SSL_CTX_ctrl) F(SSL_CTX_free) F(SSL_CTX_get0_param) \
    F(SSL_CTX_get_cert_store) F(SSL_CTX_get_default_passwd_cb) F(SSL_CTX_get_default_passwd_cb_userdata) F(SSL_CTX_get_num_tickets) \
    F(SSL_CTX_get_options) F(SSL_CTX_get_security_level) F(SSL_CTX_get_verify_mode) F(SSL_CTX_load_verify_locations) F(SSL_CTX_new) \
    F(SSL_CTX_set_alpn_protos) F(SSL_CTX_set_alpn_select_cb) F(SSL_CTX_set_cipher_list) F(SSL_CTX_set_default_passwd_cb) \
    F(SSL_CTX_set_default_passwd_cb_userdata) F(SSL_CTX_set_default_verify_paths) F(SSL_CTX_set_keylog_callback) F(SSL_CTX_set_msg_callback) \
    F(SSL_CTX_set_num_tickets) F(SSL_CTX_set_options) F(SSL_CTX_set_post_handshake_auth) F(SSL_CTX_set_psk_client_callback) \
    F(SSL_CTX_set_psk_server_callback) F(SSL_CTX_set_verify) F(SSL_CTX_use_PrivateKey_file) F(SSL_CTX_use_certificate_chain_file) \
    F(SSL_CTX_use_psk_identity_hint) F(SSL_SESSION_free) F(SSL_SESSION_get_id) F(SSL_SESSION_get_ticket_lifetime_hint) F(SSL_SESSION_get_time) \
    F(SSL_SESSION_get_timeout) F(SSL_SESSION_has_ticket) F(SSL_ctrl) F(SSL_do_handshake) F(SSL_free) F(SSL_get0_alpn_selected) \
    F(SSL_get0_param) F(SSL_get0_verified_chain) F(SSL_get1_peer_certificate) F(SSL_get1_session) F(SSL_get_SSL_CTX) F(SSL_get_ciphers) \
    F(SSL_get_client_ciphers) F(SSL_get_current_cipher) F(SSL_get_current_compression) F(SSL_get_error) F(SSL_get_ex_data) F(SSL_get_finished) \
    F(SSL_get_peer_cert_chain) F(SSL_get_peer_finished) F(SSL_get_rbio) F(SSL_get_servername) F(SSL_get_shutdown) F(SSL_get_verify_mode) \
    F(SSL_get_verify_result) F(SSL_get_version) F(SSL_is_init_finished) F(SSL_new) F(SSL_pending) F(SSL_read_ex) F(SSL_select_next_proto) \
    F(SSL_session_reused) F(SSL_set_SSL_CTX) F(SSL_set_accept_state) F(SSL_set_bio) F(SSL_set_connect_state) F(SSL_set_ex_data) \
    F(SSL_set_msg_callback) F(SSL_set_post_handshake_auth) F(SSL_set_read_ahead) F(SSL_set_session) F(SSL_set_session_id_context) F(SSL_set_shutdown) \
    F(SSL_set_verify) F(SSL_shutdown) F(SSL_verify_client_post_handshake) F(SSL_write_ex) \
    F(TLS_client_method) F(TLS_method) F(TLS_server_method) F(TLSv1_1_method) F(TLSv1_2_method) F(TLSv1_method) \
    F(X509_NAME_ENTRY_get_data) F(X509_NAME_ENTRY_get_object) F(X509_NAME_ENTRY_set) F(X509_NAME_entry_count) F(X509_NAME_get_entry) \
    F(X509_NAME_print_ex) F(X509_OBJECT_get0_X509) F(X509_OBJECT_get_type) F(X509_STORE_add_cert) F(X509_STORE_get0_objects) \
    F(X509_STORE_lock) F(X509_STORE_unlock) F(X509_VERIFY_PARAM_clear_flags) F(X509_VERIFY_PARAM_get_flags) F(X509_VERIFY_PARAM_set1_host) \
    F(X509_VERIFY_PARAM_set1_ip) F(X509_VERIFY_PARAM_set_flags) F(X509_VERIFY_PARAM_set_hostflags) F(X509_check_ca) F(X509_cmp) F(X509_free) \
    F(X509_get0_notAfter) F(X509_get0_notBefore) F(X509_get0_serialNumber) F(X509_get_default_cert_dir) F(X509_get_default_cert_dir_env) \
    F(X509_get_default_cert_file) F(X509_get_default_cert_file_env) F(X509_get_ext_d2i) F(X509_get_issuer_name) F(X509_get_subject_name) \
    F(X509_get_version) F(X509_subject_name_hash) F(X509_up_ref) F(X509_verify_cert_error_string)

struct ossl_table { OSSL_FUNCTIONS(CLIB_MEMBER) };
extern struct ossl_table ossl;

/* Stacks of anything. */
static inline int
stack_count(const void *stack)
{
    return stack == NULL ? 0 : ossl.OPENSSL_sk_num(stack);
}

static inline void *
stack_item(const void *stack, int i)
{
    return ossl.OPENSSL_sk_value(stack, i);
}

static inline void
ossl_free(void *p)
{
    ossl.CRYPTO_free(p, "", 0);
}

#endif
