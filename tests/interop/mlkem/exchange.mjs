// Random exchanges of ML-KEM-768 by @noble/post-quantum, each step repeated by a program of ours.
// Usage: node exchange.mjs PROGRAM COUNT, in a folder where the package is installed.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { ml_kem768 } from '@noble/post-quantum/ml-kem';

const [program, count] = [process.argv[2], Number(process.argv[3])];
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const steps = []; // claim, question, answer that noble gives

for (let i = 0; i < count; i++) {
	const seed = randomBytes(64), m = randomBytes(32);
	const pair = ml_kem768.keygen(seed);
	const { cipherText, sharedSecret } = ml_kem768.encapsulate(pair.publicKey, m);
	const forged = Uint8Array.from(cipherText);
	forged[i % forged.length] ^= 1 << i % 8;
	const ek = hex(pair.publicKey), dk = hex(pair.secretKey), ct = hex(cipherText);

	steps.push(['key generation', `keygen ${hex(seed)}`, `${ek} ${dk}`]);
	steps.push(['encapsulation', `encaps ${ek} ${hex(m)}`, `${ct} ${hex(sharedSecret)}`]);
	steps.push(['decapsulation', `decaps ${dk} ${ct}`, hex(sharedSecret)]);
	steps.push(['decapsulation of a forged ciphertext', `decaps ${dk} ${hex(forged)}`,
		hex(ml_kem768.decapsulate(forged, pair.secretKey))]);
}

const run = spawnSync(program, [], {
	input: steps.map((step) => step[1]).join('\n') + '\n',
	encoding: 'latin1',
	maxBuffer: 1 << 30,
});
const answers = run.stdout.split('\n');
const tally = new Map();

steps.forEach(([claim, , want], i) => {
	const t = tally.get(claim) ?? { same: 0, other: 0 };
	t[answers[i] === want ? 'same' : 'other']++;
	tally.set(claim, t);
});
let passed = 0, failed = run.status === 0 ? 0 : 1;
for (const [claim, t] of tally) {
	console.log(`${t.other === 0 ? 'ok  ' : 'FAIL'} ${claim} agrees ${t.same} times of ${t.same + t.other}`);
	passed += t.other === 0;
	failed += t.other !== 0;
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
