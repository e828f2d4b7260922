#pragma once
/* The few digests of OpenSSL's libcrypto that are used, declared by hand: its own headers pull in <pthread.h>,
   whose types would then seem to belong to this module. The signatures are OpenSSL's stable public ones. */
#include <stddef.h>

typedef struct evp_md_st EVP_MD;
#define SHA_DIGEST_LENGTH 20

const EVP_MD *EVP_sha256(void);
unsigned char *SHA1(const unsigned char *data, size_t count, unsigned char *digest);
unsigned char *SHA256(const unsigned char *data, size_t count, unsigned char *digest);

typedef struct {
    unsigned int h[8], count[2], block[16], used, length;
} SHA256_CTX;
int SHA256_Init(SHA256_CTX *context);
int SHA256_Update(SHA256_CTX *context, const void *data, size_t count);
int SHA256_Final(unsigned char *digest, SHA256_CTX *context);
int PKCS5_PBKDF2_HMAC(const char *password, int password_count, const unsigned char *salt, int salt_count,
                      int iterations, const EVP_MD *algorithm, int key_count, unsigned char *key);
