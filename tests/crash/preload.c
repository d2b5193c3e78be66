/*
 * Stands between postroom and libc where files of a desk are changed.
 *
 *   CRASH_DIR      only files below it count; the -shm file, which no crash
 *                  survives anyway, does not
 *   CRASH_TRACE    a line `number kind name offset length` before each call
 *   CRASH_AT       SIGKILL instead of the call of that number, from 1;
 *                  of a write, half the bytes go out first if CRASH_TORN is set
 *   CRASH_KIND     only calls of this kind count for CRASH_AT
 *   CRASH_JOURNAL  what each call did, for tests/crash.rs to build from it what
 *                  a power failure would have left: see record()
 *
 * What this file does itself goes by system call, past its own functions.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

static void append(const char *variable, const void *bytes, size_t length)
{
	const char *path = getenv(variable);
	long fd;

	if (path == NULL)
		return;
	fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0 || syscall(SYS_write, fd, bytes, length) != (long)length)
		abort();
	syscall(SYS_close, fd);
}

static int counts(const char *path)
{
	const char *dir = getenv("CRASH_DIR");
	size_t length = strlen(path);

	if (dir == NULL || strncmp(path, dir, strlen(dir)) != 0)
		return 0;
	return length < 4 || strcmp(path + length - 4, "-shm") != 0;
}

static int path_of(int fd, char *path, size_t size)
{
	char link[64];
	ssize_t length;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	length = readlink(link, path, size - 1);
	if (length < 0)
		return 0;
	path[length] = '\0';
	return counts(path);
}

/* Before a call. True when this is the one to die in. */
static int moment(const char *kind, const char *path, long long offset, size_t length)
{
	static int number, of_kind;
	const char *at = getenv("CRASH_AT"), *wanted = getenv("CRASH_KIND");
	const char *slash = strrchr(path, '/');
	char line[512];
	int n = __atomic_add_fetch(&number, 1, __ATOMIC_SEQ_CST);
	int size = snprintf(line, sizeof line, "%d %s %s %lld %zu\n", n, kind,
	    slash != NULL ? slash + 1 : path, offset, length);

	append("CRASH_TRACE", line, size);
	if (wanted != NULL)
		n = strcmp(kind, wanted) == 0 ? __atomic_add_fetch(&of_kind, 1, __ATOMIC_SEQ_CST) : 0;
	return at != NULL && n == atoi(at);
}

static void die(void)
{
	syscall(SYS_kill, getpid(), SIGKILL);
	for (;;)
		pause();
}

/*
 * After a call: kind, lengths of path and data, offset, path, data.
 * W write, S sync, T cut to the offset, U unlink, R rename to data.
 */
static void record(char kind, const char *path, uint64_t offset, const void *data, uint64_t length)
{
	uint64_t head[4] = { (unsigned char)kind, strlen(path), length, offset };
	char *all;

	if (getenv("CRASH_JOURNAL") == NULL)
		return;
	all = malloc(sizeof head + head[1] + length);
	if (all == NULL)
		abort();
	memcpy(all, head, sizeof head);
	memcpy(all + sizeof head, path, head[1]);
	memcpy(all + sizeof head + head[1], data, length);
	append("CRASH_JOURNAL", all, sizeof head + head[1] + length);
	free(all);
}

static ssize_t hand_on(int fd, const void *data, size_t length, off_t offset)
{
	return offset < 0 ? syscall(SYS_write, fd, data, length)
	                  : syscall(SYS_pwrite64, fd, data, length, offset);
}

/* offset < 0: where the file stands, or its end when it was opened to append. */
static ssize_t put(int fd, const void *data, size_t length, off_t offset)
{
	char path[4096];
	ssize_t done;
	off_t at = offset;

	if (!path_of(fd, path, sizeof path))
		return hand_on(fd, data, length, offset);
	if (offset < 0)
		at = lseek(fd, 0, fcntl(fd, F_GETFL) & O_APPEND ? SEEK_END : SEEK_CUR);
	if (moment("write", path, at, length)) {
		if (getenv("CRASH_TORN") != NULL)
			syscall(SYS_pwrite64, fd, data, length / 2, at);
		die();
	}
	done = hand_on(fd, data, length, offset);
	if (done > 0)
		record('W', path, at, data, done);
	return done;
}

ssize_t write(int fd, const void *data, size_t length)
{
	return put(fd, data, length, -1);
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset)
{
	return put(fd, data, length, offset);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset)
{
	return put(fd, data, length, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
	ssize_t sum = 0, done;
	int i;

	for (i = 0; i < count; i++) {
		done = put(fd, parts[i].iov_base, parts[i].iov_len, -1);
		if (done < 0)
			return sum > 0 ? sum : done;
		sum += done;
		if ((size_t)done < parts[i].iov_len)
			break;
	}
	return sum;
}

static int sync_file(int fd, int (*call)(int), const char *kind)
{
	char path[4096];
	int mine = path_of(fd, path, sizeof path), done;

	if (mine && moment(kind, path, 0, 0))
		die();
	done = call(fd);
	if (mine && done == 0)
		record('S', path, 0, "", 0);
	return done;
}

int fsync(int fd)
{
	return sync_file(fd, REAL(fsync), "fsync");
}

int fdatasync(int fd)
{
	return sync_file(fd, REAL(fdatasync), "fdatasync");
}

static int cut(int fd, off_t length)
{
	char path[4096];
	int mine = path_of(fd, path, sizeof path), done;

	if (mine && moment("ftruncate", path, length, 0))
		die();
	done = syscall(SYS_ftruncate, fd, length);
	if (mine && done == 0)
		record('T', path, length, "", 0);
	return done;
}

int ftruncate(int fd, off_t length)
{
	return cut(fd, length);
}

int ftruncate64(int fd, off64_t length)
{
	return cut(fd, length);
}

int unlink(const char *path)
{
	int mine = counts(path), done;

	if (mine && moment("unlink", path, 0, 0))
		die();
	done = REAL(unlink)(path);
	if (mine && done == 0)
		record('U', path, 0, "", 0);
	return done;
}

int rename(const char *from, const char *to)
{
	int mine = counts(to), done;

	if (mine && moment("rename", to, 0, 0))
		die();
	done = REAL(rename)(from, to);
	if (mine && done == 0)
		record('R', from, 0, to, strlen(to));
	return done;
}

static int open_file(const char *path, int flags, mode_t mode)
{
	int mine = counts(path), fd;

	if (mine && moment("open", path, 0, 0))
		die();
	fd = syscall(SYS_openat, AT_FDCWD, path, flags, mode);
	if (mine && fd >= 0 && (flags & O_TRUNC))
		record('T', path, 0, "", 0);
	return fd;
}

int open(const char *path, int flags, ...)
{
	va_list more;
	mode_t mode;

	va_start(more, flags);
	mode = va_arg(more, mode_t);
	va_end(more);
	return open_file(path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	va_list more;
	mode_t mode;

	va_start(more, flags);
	mode = va_arg(more, mode_t);
	va_end(more);
	return open_file(path, flags, mode);
}
