/* base/own.h: who owns a reference, said in the signature.
 * OWNED result: the caller releases it (dropping it is a build error). BORROWED(owner): valid while
 * `owner` lives and is not changed. STEALS parameter: the callee takes the reference, even when it fails. */
#ifndef ADDER_BASE_OWN_H
#define ADDER_BASE_OWN_H

#define OWNED __attribute__((warn_unused_result))
#define BORROWED(owner)
#define STEALS

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

#endif
