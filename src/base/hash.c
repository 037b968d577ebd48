/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/hash.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/file.h"
#include "base/try.h"

static enum plica_status openssl_failed(struct plica_error *err)
{
	return plica_error_set(err, PLICA_ERR_IO, "OpenSSL cannot compute SHA-256");
}

static enum plica_status finish(
	char out[PLICA_SHA256_SIZE], EVP_MD_CTX *context, struct plica_error *err)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int size = 0;

	if (EVP_DigestFinal_ex(context, digest, &size) != 1)
		return openssl_failed(err);
	for (unsigned int i = 0; i < size; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", digest[i]);
	return PLICA_OK;
}

static enum plica_status begin(EVP_MD_CTX **out, struct plica_error *err)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	if (context == NULL || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1) {
		EVP_MD_CTX_free(context);
		return openssl_failed(err);
	}
	*out = context;
	return PLICA_OK;
}

static enum plica_status update_from(EVP_MD_CTX *context, int descriptor, struct plica_error *err)
{
	enum plica_status status;
	char block[65536];
	size_t size;

	do {
		PLICA_TRY(plica_descriptor_read(&size, descriptor, block, sizeof(block), err));
		if (EVP_DigestUpdate(context, block, size) != 1)
			return openssl_failed(err);
	} while (size == sizeof(block));
out:
	return status;
}

enum plica_status plica_sha256_file(
	char out[PLICA_SHA256_SIZE], const char *path, struct plica_error *err)
{
	enum plica_status status;
	EVP_MD_CTX *context = NULL;
	uint64_t bytes;
	int descriptor;

	status = plica_file_open(&descriptor, &bytes, path, err);
	if (status != PLICA_OK)
		return status;
	PLICA_TRY(begin(&context, err));
	status = update_from(context, descriptor, err);
	if (status != PLICA_OK)
		status = plica_error_context(err, status, "cannot read '%s'", path);
	else
		status = finish(out, context, err);
out:
	EVP_MD_CTX_free(context);
	(void)close(descriptor);
	return status;
}

enum plica_status plica_sha256_bytes(
	char out[PLICA_SHA256_SIZE], const void *bytes, size_t size, struct plica_error *err)
{
	enum plica_status status;
	EVP_MD_CTX *context = NULL;

	PLICA_TRY(begin(&context, err));
	if (EVP_DigestUpdate(context, bytes, size) != 1) {
		status = openssl_failed(err);
		goto out;
	}
	PLICA_TRY(finish(out, context, err));
out:
	EVP_MD_CTX_free(context);
	return status;
}

uint64_t plica_quick_hash(const void *bytes, size_t size)
{
	return XXH3_64bits(bytes, size);
}
