#pragma once
#ifdef __cplusplus
extern "C" {
#endif

/// How often a word is among others, each part counted by a thread of its own.
int count_word(const char *word, char *const *words, int length);

/// What the build system has found, in a line.
const char *found(void);

#ifdef __cplusplus
}
#endif
