/* For tests, loaded by LD_PRELOAD: makes writes and flushes of files in one folder fail or wait, as the first letter of
 * another file says: w(ell), f(ull), g(rows no more: only what is there already can be written over), r(ead-only),
 * e(rror at every flush), s(low flushes). */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static char letter(void) {
  const char *file = getenv("POSTERN_FAULT_FILE");
  char said = 'w';
  long fd = file ? syscall(SYS_openat, AT_FDCWD, file, O_RDONLY) : -1;
  if (fd < 0) return 'w';
  if (syscall(SYS_read, fd, &said, 1) != 1) said = 'w';
  syscall(SYS_close, fd);
  return said;
}

static int within(const char *path) {
  const char *folder = getenv("POSTERN_FAULT_FOLDER");
  char here[4096];
  if (folder && path[0] != '/') path = getcwd(here, sizeof here) ? here : path;
  return folder && strncmp(path, folder, strlen(folder)) == 0;
}

static char fault_of(int fd) {
  char link[64], path[4096];
  int saved = errno;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  char fault = 'w';
  if (length > 0) {
    path[length] = 0;
    if (within(path)) fault = letter();
  }
  errno = saved;
  return fault;
}

/* `at`: where the write begins; -1 for where the file stands. */
static int refuses_writing(int fd, off64_t at, size_t count) {
  char fault = fault_of(fd);
  if (fault == 'g') {
    struct stat about;
    if (at < 0) at = lseek64(fd, 0, SEEK_CUR);
    fault = fstat(fd, &about) == 0 && at + (off64_t)count > about.st_size ? 'f' : 'w';
  }
  if (fault == 'f') errno = ENOSPC;
  if (fault == 'r') errno = EROFS;
  return fault == 'f' || fault == 'r';
}

static size_t length_of(const struct iovec *parts, int count) {
  size_t length = 0;
  for (int part = 0; part < count; part++) length += parts[part].iov_len;
  return length;
}

static int refuses_flushing(int fd) {
  char fault = fault_of(fd);
  if (fault == 's') usleep(100 * 1000);
  if (fault == 'e') errno = EIO;
  if (fault == 'r') errno = EROFS;
  return fault == 'e' || fault == 'r';
}

#define NEXT(type, name) ((type)dlsym(RTLD_NEXT, name))

ssize_t write(int fd, const void *bytes, size_t count) {
  if (refuses_writing(fd, -1, count)) return -1;
  return NEXT(ssize_t (*)(int, const void *, size_t), "write")(fd, bytes, count);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
  if (refuses_writing(fd, at, count)) return -1;
  return NEXT(ssize_t (*)(int, const void *, size_t, off_t), "pwrite")(fd, bytes, count, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
  if (refuses_writing(fd, at, count)) return -1;
  return NEXT(ssize_t (*)(int, const void *, size_t, off64_t), "pwrite64")(fd, bytes, count, at);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
  if (refuses_writing(fd, at, length_of(parts, count))) return -1;
  return NEXT(ssize_t (*)(int, const struct iovec *, int, off_t), "pwritev")(fd, parts, count, at);
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) {
  if (refuses_writing(fd, at, length_of(parts, count))) return -1;
  return NEXT(ssize_t (*)(int, const struct iovec *, int, off64_t), "pwritev64")(fd, parts, count, at);
}

int fsync(int fd) {
  if (refuses_flushing(fd)) return -1;
  return NEXT(int (*)(int), "fsync")(fd);
}

int fdatasync(int fd) {
  if (refuses_flushing(fd)) return -1;
  return NEXT(int (*)(int), "fdatasync")(fd);
}

static int refuses_opening(const char *path, int flags) {
  if ((flags & O_ACCMODE) == O_RDONLY || !within(path) || letter() != 'r') return 0;
  errno = EROFS;
  return 1;
}

static int opened(const char *name, const char *path, int flags, mode_t mode) {
  if (refuses_opening(path, flags)) return -1;
  return NEXT(int (*)(const char *, int, ...), name)(path, flags, mode);
}

int open(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(more, mode_t) : 0;
  va_end(more);
  return opened("open", path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(more, mode_t) : 0;
  va_end(more);
  return opened("open64", path, flags, mode);
}
