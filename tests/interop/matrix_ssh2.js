// matrix_ssh2.js HOST PORT SENT BACK: a file there and back again over SFTP, with the npm package ssh2.
const fs = require('fs');
const path = require('path');
const { Client } = require('ssh2');
const { SUPPORTED_KEX, SUPPORTED_CIPHER, SUPPORTED_MAC, SUPPORTED_SERVER_HOST_KEY } = require('ssh2/lib/protocol/constants.js');

const [host, port, sent, back] = process.argv.slice(2);
const client = new Client();

function must(error) {
	if (!error) return;
	console.error(error.message);
	process.exit(1);
}

client.on('error', must);
client.on('close', () => process.exit(process.exitCode ?? 2));
client.on('ready', () => client.sftp((error, sftp) => {
	must(error);
	sftp.fastPut(sent, 'matrix', (failed) => {
		must(failed);
		sftp.fastGet('matrix', back, (broken) => {
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
