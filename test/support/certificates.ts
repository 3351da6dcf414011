/** Throw-away certificates, made by `openssl`. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";

export interface KeyPair {
  readonly keyFile: string;
  readonly certFile: string;
}

const run = promisify(execFile);
const SUBJECT = "/CN=codex-auth test";
const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

export async function makeCa(dir: string, name: string): Promise<KeyPair> {
  const pair = { keyFile: join(dir, `${name}-ca.key`), certFile: join(dir, `${name}-ca.pem`) };
  const { keyFile, certFile } = pair;
  await run("openssl", [
    "req",
    "-x509",
    ...NEW_KEY,
    "-days",
    "2",
    "-subj",
    `${SUBJECT} CA ${name}`,
    "-keyout",
    keyFile,
    "-out",
    certFile,
  ]);
  return pair;
}

/** A certificate for these names and IP addresses. */
export async function makeLeaf(
  dir: string,
  ca: KeyPair,
  name: string,
  hosts: readonly string[],
): Promise<{ key: Buffer; cert: Buffer }> {
  const [keyFile, requestFile, extensionFile, certFile] = ["key", "csr", "ext", "pem"].map((ending) =>
    join(dir, `${name}.${ending}`),
  ) as [string, string, string, string];
  const names = hosts.map((host) => `${isIP(host) === 0 ? "DNS" : "IP"}:${host}`).join(",");
  await writeFile(extensionFile, `subjectAltName=${names}\nextendedKeyUsage=serverAuth\n`);
  await run("openssl", ["req", "-new", ...NEW_KEY, "-subj", SUBJECT, "-keyout", keyFile, "-out", requestFile]);
  const signer = ["-CA", ca.certFile, "-CAkey", ca.keyFile, "-CAcreateserial"];
  await run("openssl", [
    "x509",
    "-req",
    "-in",
    requestFile,
    ...signer,
    "-days",
    "2",
    "-extfile",
    extensionFile,
    "-out",
    certFile,
  ]);
  return { key: await readFile(keyFile), cert: await readFile(certFile) };
}
