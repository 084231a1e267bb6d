// matrix_ssh2.js HOST PORT SENT BACK [KB]: a file there and back again over SFTP, with the npm package ssh2,
// which exchanges keys again after each KB kilobytes of it.
const fs = require('fs');
const path = require('path');
const { Client } = require('ssh2');
const { SUPPORTED_KEX, SUPPORTED_CIPHER, SUPPORTED_MAC, SUPPORTED_SERVER_HOST_KEY } = require('ssh2/lib/protocol/constants.js');

const [host, port, sent, back, kilobytes] = process.argv.slice(2);
const client = new Client();

function must(error) {
	if (!error) return;
	console.error(error.message);
	process.exit(1);
}

// The package exchanges keys by itself only when the server begins.
let due = 0;
function step(moved) {
	if (!kilobytes || moved < due) return;
	due = moved + kilobytes * 1024;
	client._protocol.rekey();
}

client.on('error', must);
client.on('close', () => process.exit(process.exitCode ?? 2));
client.on('ready', () => client.sftp((error, sftp) => {
	must(error);
	sftp.fastPut(sent, 'matrix', { step }, (failed) => {
		must(failed);
		due = 0;
		sftp.fastGet('matrix', back, { step }, (broken) => {
			must(broken);
			process.exitCode = 0;
			client.end();
		});
	});
}));
client.connect({
	host,
	port: Number(port),
	username: 'admin',
	privateKey: fs.readFileSync(path.join(process.env.RUN, 'admin_key')),
	readyTimeout: 60000,
	algorithms: {
		kex: SUPPORTED_KEX,
		cipher: SUPPORTED_CIPHER,
		hmac: SUPPORTED_MAC,
		serverHostKey: SUPPORTED_SERVER_HOST_KEY,
	},
});
