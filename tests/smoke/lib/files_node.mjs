// A large file both ways, parallel and as a stream, and a tree: node files_node.mjs KEY FILE TREE.
import { createReadStream, createWriteStream, readFileSync } from "node:fs";
import Client from "ssh2-sftp-client";

const [key, file, tree] = process.argv.slice(2);
const sftp = new Client();

await sftp.connect({ host: "192.0.2.2", username: "admin", privateKey: readFileSync(key) });
await sftp.fastPut(file, "/by-node");
await sftp.fastGet("/by-node", "back-by-node");
await sftp.put(createReadStream(file), "/by-node-stream");
await sftp.get("/by-node-stream", createWriteStream("back-by-node-stream"));
await sftp.uploadDir(tree, "/node-tree");
await sftp.downloadDir("/node-tree", "back-node-tree");
await sftp.end();
