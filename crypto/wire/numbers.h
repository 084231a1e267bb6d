// SSH message numbers and codes, with the section that assigns them.
#pragma once

// RFC 4253 section 12
#define SSH_MSG_DISCONNECT      1
#define SSH_MSG_IGNORE          2
#define SSH_MSG_UNIMPLEMENTED   3
#define SSH_MSG_DEBUG           4
#define SSH_MSG_SERVICE_REQUEST 5
#define SSH_MSG_SERVICE_ACCEPT  6
#define SSH_MSG_EXT_INFO        7 // RFC 8308
#define SSH_MSG_NEWCOMPRESS     8 // RFC 8308
#define SSH_MSG_KEXINIT         20
#define SSH_MSG_NEWKEYS         21
#define SSH_MSG_KEX_ECDH_INIT   30 // RFC 5656 section 4
#define SSH_MSG_KEX_ECDH_REPLY  31
#define SSH_MSG_KEX_GROUP       31 // RFC 4419 section 5: the server's group
#define SSH_MSG_KEX_GROUP_INIT  32
#define SSH_MSG_KEX_GROUP_REPLY 33
#define SSH_MSG_KEX_GROUP_ASK   34 // the client's request comes first
#define SSH_MSG_KEX_LAST        49

// RFC 4252 section 6
#define SSH_MSG_USERAUTH_REQUEST 50
#define SSH_MSG_USERAUTH_FAILURE 51
#define SSH_MSG_USERAUTH_SUCCESS 52
#define SSH_MSG_USERAUTH_BANNER  53
#define SSH_MSG_USERAUTH_PK_OK   60

// RFC 4252 section 8, RFC 4256 section 5: 60 is each method's own
#define SSH_MSG_USERAUTH_PASSWD_CHANGEREQ 60
#define SSH_MSG_USERAUTH_INFO_REQUEST     60
#define SSH_MSG_USERAUTH_INFO_RESPONSE    61

// RFC 4254 section 9
#define SSH_MSG_GLOBAL_REQUEST            80
#define SSH_MSG_REQUEST_SUCCESS           81
#define SSH_MSG_REQUEST_FAILURE           82
#define SSH_MSG_CHANNEL_OPEN              90
#define SSH_MSG_CHANNEL_OPEN_CONFIRMATION 91
#define SSH_MSG_CHANNEL_OPEN_FAILURE      92
#define SSH_MSG_CHANNEL_WINDOW_ADJUST     93
#define SSH_MSG_CHANNEL_DATA              94
#define SSH_MSG_CHANNEL_EXTENDED_DATA     95
#define SSH_MSG_CHANNEL_EOF               96
#define SSH_MSG_CHANNEL_CLOSE             97
#define SSH_MSG_CHANNEL_REQUEST           98
#define SSH_MSG_CHANNEL_SUCCESS           99
#define SSH_MSG_CHANNEL_FAILURE           100

// OpenSSH's PROTOCOL 1.9: ping@openssh.com
#define SSH_MSG_PING 192
#define SSH_MSG_PONG 193

// RFC 4254 section 5.1
#define SSH_OPEN_PROHIBITED        1
#define SSH_OPEN_CONNECT_FAILED    2
#define SSH_OPEN_UNKNOWN_TYPE      3
#define SSH_OPEN_RESOURCE_SHORTAGE 4

// RFC 4253 section 4.2: longest identification line, CR LF included.
#define SSH_IDENT_MAX 255

// RFC 4253 section 6.1: whole packet that every side must take.
#define SSH_PACKET_MAX 35000
