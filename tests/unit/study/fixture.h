/* SPDX-License-Identifier: BSD-3-Clause */
/** A study in a folder of its own: a small design, data sets that exist, a stand-in program. */
#ifndef PLICA_TEST_STUDY_FIXTURE_H
#define PLICA_TEST_STUDY_FIXTURE_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "format/json.h"
#include "format/npz.h"
#include "plica/study.h"
#include "testing.h"

struct study {
	char folder[64];
	struct plica_design *design;
	struct plica_jobs *jobs;
};

static inline void study_path(char out[512], const struct study *study, const char *name)
{
	(void)snprintf(out, 512, "%s/%s", study->folder, name);
}

static inline void study_write(const struct study *study, const char *name, const char *text)
{
	struct plica_error err;
	char path[512];
	char folder[512];

	study_path(path, study, name);
	study_path(folder, study, name);
	*strrchr(folder, '/') = '\0';
	assert_ok(plica_make_folders(folder, &err));
	assert_ok(plica_file_save(path, text, strlen(text), &err));
}

/** An NPZ with nothing but its _metadata. */
static inline void study_write_npz(
	const struct study *study, const char *name, const char *metadata)
{
	struct plica_npz_writer *writer = NULL;
	struct plica_array text = {0};
	struct plica_error err;
	char path[512];

	study_write(study, name, "");
	study_path(path, study, name);
	assert_ok(plica_array_from_text(&text, metadata, &err));
	assert_ok(plica_npz_create(&writer, path, &err));
	assert_ok(plica_npz_add(writer, "_metadata", &text, false, &err));
	assert_ok(plica_npz_commit(writer, &err));
	plica_array_release(&text);
}

/** A shell script that stands for `plica`: it finds the output folder as $out. */
static inline void study_write_program(const struct study *study, const char *body)
{
	char text[2048];
	char path[512];

	(void)snprintf(text, sizeof(text),
		"#!/bin/sh\n"
		"while [ $# -gt 0 ]; do [ \"$1\" = --output-dir ] && out=$2; shift; done\n%s\n",
		body);
	study_write(study, "program", text);
	study_path(path, study, "program");
	assert_int_equal(chmod(path, 0755), 0);
}

static inline void study_begin(struct study *study, const char *design)
{
	struct plica_error err;
	char path[512];

	*study = (struct study){.folder = "/tmp/plica-study-XXXXXX"};
	assert_non_null(mkdtemp(study->folder));
	study_path(path, study, "d.yaml");
	assert_ok(plica_design_parse(&study->design, design, strlen(design), path, &err));
}

static inline enum plica_status study_list(
	struct study *study, struct plica_job_settings settings, struct plica_error *err)
{
	char program[512];

	study_path(program, study, "program");
	settings.program = program;
	plica_jobs_free(study->jobs);
	study->jobs = NULL;
	return plica_study_jobs(&study->jobs, study->design, &settings, err);
}

static inline int study_remove(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
	(void)info;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void study_end(struct study *study)
{
	plica_jobs_free(study->jobs);
	plica_design_free(study->design);
	(void)nftw(study->folder, study_remove, 16, FTW_DEPTH | FTW_PHYS);
}

static inline struct plica_json *study_json(const struct study *study, const char *name)
{
	struct plica_json *json = NULL;
	struct plica_error err;
	char path[512];

	study_path(path, study, name);
	assert_ok(plica_json_load(&json, path, &err));
	return json;
}

#endif
