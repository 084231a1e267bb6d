// Numbers of SFTP version 3.
#pragma once

#define SFTP_VERSION 3

// clang-format off
#define SFTP_REQUEST_LIST(X)                                                                    \
	X(OPEN, 3) X(CLOSE, 4) X(READ, 5) X(WRITE, 6) X(LSTAT, 7) X(FSTAT, 8) X(SETSTAT, 9)    \
	X(FSETSTAT, 10) X(OPENDIR, 11) X(READDIR, 12) X(REMOVE, 13) X(MKDIR, 14) X(RMDIR, 15)  \
	X(REALPATH, 16) X(STAT, 17) X(RENAME, 18) X(READLINK, 19) X(SYMLINK, 20)               \
	X(EXTENDED, 200)
// clang-format on

enum sftp_type {
	SFTP_INIT = 1,
	SFTP_VERSION_REPLY = 2,
#define X(name, number) SFTP_##name = number,
	SFTP_REQUEST_LIST(X)
#undef X
	        SFTP_STATUS = 101,
	SFTP_HANDLE = 102,
	SFTP_DATA = 103,
	SFTP_NAME = 104,
	SFTP_ATTRS = 105,
	SFTP_EXTENDED_REPLY = 201,
};

enum sftp_status {
	SFTP_OK,
	SFTP_EOF,
	SFTP_NO_SUCH_FILE,
	SFTP_PERMISSION_DENIED,
	SFTP_FAILURE,
	SFTP_BAD_MESSAGE,
	SFTP_NO_CONNECTION,
	SFTP_CONNECTION_LOST,
	SFTP_OP_UNSUPPORTED,
};

#define SFTP_OPEN_READ   0x01u
#define SFTP_OPEN_WRITE  0x02u
#define SFTP_OPEN_APPEND 0x04u
#define SFTP_OPEN_CREAT  0x08u
#define SFTP_OPEN_TRUNC  0x10u
#define SFTP_OPEN_EXCL   0x20u

#define SFTP_ATTR_SIZE     0x01u
#define SFTP_ATTR_UIDGID   0x02u
#define SFTP_ATTR_MODE     0x04u
#define SFTP_ATTR_TIMES    0x08u
#define SFTP_ATTR_EXTENDED 0x80000000u
