#define _DEFAULT_SOURCE /* flock */
#include "core/base/h5.h"

#include <hdf5.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* Does anybody else hold the file now? */
static bool held(const char *path)
{
    int  fd = open(path, O_RDONLY | O_CLOEXEC);
    bool other = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
    if (fd >= 0) close(fd);
    return other;
}

Status h5_try_locks(const char *path, bool *locks, Err *err)
{
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_file_locking(access, 1, 0);
    hid_t f = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    *locks = f >= 0 && held(path);
    bool  bad = f < 0 || H5Fclose(f) < 0;
    hid_t again = bad ? -1 : H5Fopen(path, H5F_ACC_RDONLY, access);
    bad = again < 0 || H5Fclose(again) < 0;
    H5Pclose(access);
    H5Eclear2(H5E_DEFAULT);
    unlink(path);
    return bad ? err_set(err, STATUS_IO, "%s: HDF5 cannot lock files here", path) : STATUS_OK;
}
