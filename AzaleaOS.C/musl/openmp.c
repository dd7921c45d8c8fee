/* Two functions of glibc's that Debian's libgomp.a was compiled against and musl lacks. */

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

long __sysconf(int name)
{
	return sysconf(name);
}

/* musl has no affinity among a thread's attributes, and libgomp goes on without: OMP_PROC_BIND and OMP_PLACES bind nothing. */
int pthread_attr_setaffinity_np(pthread_attr_t *attributes, size_t size, const void *set)
{
	(void)attributes;
	(void)size;
	(void)set;
	return ENOSYS;
}
