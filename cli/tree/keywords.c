// One sentence for each keyword that leads to several commands; the last keyword of a command is
// described by its row.
#include "cli/tree/help.h"

static const struct {
	const char *word, *text;
} keywords[] = {
        {"aaa", "AAA configuration"},
        {"alias", "Alias of a command"},
        {"any", "Either a password or a public key"},
        {"assign", "Assign public keys"},
        {"authentication-type", "Specify the authentication method"},
        {"authorization-attribute", "Specify what the user is granted"},
        {"brief", "In one line each"},
        {"class", "Specify the class of the user"},
        {"count", "Specify how often"},
        {"create", "Create a key pair"},
        {"ctrl_g", "Ctrl+G"},
        {"ctrl_l", "Ctrl+L"},
        {"ctrl_o", "Ctrl+O"},
        {"ctrl_t", "Ctrl+T"},
        {"ctrl_u", "Ctrl+U"},
        {"delay", "Specify the time between two rounds"},
        {"destroy", "Destroy a key pair"},
        {"display", "Display information about the running system"},
        {"ecdsa", "ECDSA key pair"},
        {"ed25519", "Ed25519 key pair"},
        {"force", "Without asking"},
        {"free", "End a session"},
        {"history-command", "History of commands"},
        {"hotkey", "Keys that type a command"},
        {"import", "Import a public key from a file"},
        {"inbound", "Incoming protocols"},
        {"line", "Line configuration"},
        {"local", "Key pairs of the device"},
        {"local-user", "Local users"},
        {"main", "The main start-up file"},
        {"manage", "Device management user"},
        {"name", "Specify the name of the key"},
        {"netconf", "NETCONF service"},
        {"password", "Password"},
        {"password-publickey", "A public key and a password"},
        {"peer", "Public keys of peers"},
        {"protocol", "Protocols of the line"},
        {"public", "The public part"},
        {"public-key", "Public keys"},
        {"public-key-code", "The code of the public key"},
        {"publickey", "Public key"},
        {"release", "Release of the software"},
        {"reset", "Reset counters"},
        {"rsa", "RSA key pair"},
        {"safely", "Never leave a half-written file"},
        {"scp", "SCP service"},
        {"screen-length", "Lines on a screen"},
        {"server", "Server configuration"},
        {"service-type", "Specify services"},
        {"session-limit", "Most sessions at a time"},
        {"sessions", "Sessions"},
        {"sftp", "SFTP service"},
        {"ssh", "Secure Shell"},
        {"sshkey", "A public key file"},
        {"state", "State of the user"},
        {"stelnet", "Secure Telnet: the command line over SSH"},
        {"telnet", "Telnet service"},
        {"terminal", "Terminal"},
        {"undo", "Cancel a setting"},
        {"user", "User"},
        {"user-interface", "Line configuration"},
        {"user-name", "Specify the user"},
        {"user-pid", "Specify the session"},
        {"user-role", "Specify a user role"},
        {"vty", "Virtual terminal lines"},
};

const char *keyword_help(struct span word)
{
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (span_is(word, keywords[i].word))
			return keywords[i].text;
	return NULL;
}
