import { inspect } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { readSandboxOrigin, SANDBOX_VARIABLE } from "../src/environment.ts";
import { CodexAuthError } from "../src/errors.ts";

afterEach(() => vi.unstubAllEnvs());

function read(value: string): string | undefined {
  vi.stubEnv(SANDBOX_VARIABLE, value);
  return readSandboxOrigin();
}

function refusalOf(value: string): unknown {
  try {
    return read(value);
  } catch (error) {
    return error;
  }
}

const ACCEPTED = [
  "http://127.0.0.1:4000",
  "http://localhost:4000",
  "http://[::1]:4000",
  "http://127.0.0.1:1",
  "http://127.0.0.1:65535",
];

const REFUSED: readonly { readonly name: string; readonly value: string }[] = [
  { name: "https", value: "https://127.0.0.1:4000" },
  { name: "the real server", value: "https://auth.openai.com" },
  { name: "the real server without TLS", value: "http://auth.openai.com:80" },
  { name: "no scheme", value: "127.0.0.1:4000" },
  { name: "another scheme", value: "ftp://127.0.0.1:4000" },
  { name: "a scheme in capitals", value: "HTTP://127.0.0.1:4000" },
  { name: "no port", value: "http://127.0.0.1" },
  { name: "an empty port", value: "http://127.0.0.1:" },
  { name: "port 0", value: "http://127.0.0.1:0" },
  { name: "a port with a leading zero", value: "http://127.0.0.1:04000" },
  { name: "a port past the last", value: "http://127.0.0.1:65536" },
  { name: "a port of six digits", value: "http://127.0.0.1:100000" },
  { name: "a signed port", value: "http://127.0.0.1:+80" },
  { name: "a trailing slash", value: "http://127.0.0.1:4000/" },
  { name: "a path", value: "http://127.0.0.1:4000/oauth" },
  { name: "a query", value: "http://127.0.0.1:4000?x=1" },
  { name: "a fragment", value: "http://127.0.0.1:4000#x" },
  { name: "userinfo before the loopback", value: "http://user@127.0.0.1:4000" },
  { name: "the loopback as userinfo", value: "http://127.0.0.1:4000@evil.example:80" },
  { name: "the loopback as user and password", value: "http://127.0.0.1:80@evil.example" },
  { name: "localhost as userinfo", value: "http://localhost@evil.example:4000" },
  { name: "a host that starts like the loopback", value: "http://127.0.0.1.evil.example:4000" },
  { name: "a host that starts like localhost", value: "http://localhost.evil.example:4000" },
  { name: "a host that ends like localhost", value: "http://evil-localhost:4000" },
  { name: "localhost with a trailing dot", value: "http://localhost.:4000" },
  { name: "a loopback address in decimal", value: "http://2130706433:4000" },
  { name: "a loopback address in hex", value: "http://0x7f000001:4000" },
  { name: "a loopback address in octal", value: "http://0177.0.0.1:4000" },
  { name: "a short loopback address", value: "http://127.1:4000" },
  { name: "another address of the loopback net", value: "http://127.0.0.2:4000" },
  { name: "the any address", value: "http://0.0.0.0:4000" },
  { name: "the IPv6 any address", value: "http://[::]:4000" },
  { name: "a mapped loopback", value: "http://[::ffff:127.0.0.1]:4000" },
  { name: "a private address", value: "http://192.168.0.1:4000" },
  { name: "the metadata address", value: "http://169.254.169.254:80" },
  { name: "dots that match anything", value: "http://127a0b0c1:4000" },
  { name: "a backslash", value: "http://127.0.0.1:4000\\@evil.example" },
  { name: "white space before", value: " http://127.0.0.1:4000" },
  { name: "white space after", value: "http://127.0.0.1:4000 " },
  { name: "white space alone", value: " " },
  { name: "a line break at the end", value: "http://127.0.0.1:4000\n" },
  { name: "a second line", value: "http://127.0.0.1:4000\nhttp://evil.example:80" },
  { name: "digits of another script", value: "http://127.0.0.1:٤٠٠٠" },
  { name: "a full-width host", value: "http://１２７.0.0.1:4000" },
  { name: "no address at all", value: "true" },
];

describe("readSandboxOrigin", () => {
  it("asks for no sandbox where the variable is missing", () => {
    vi.stubEnv(SANDBOX_VARIABLE, undefined);
    expect(readSandboxOrigin()).toBeUndefined();
  });

  it("asks for no sandbox where the variable is empty", () => {
    expect(read("")).toBeUndefined();
  });

  it.each(ACCEPTED)("gives %s as it is", (value) => {
    expect(read(value)).toBe(value);
  });

  it.each(REFUSED)("refuses $name", ({ value }) => {
    expect(() => read(value)).toThrow(new CodexAuthError("config-invalid"));
  });

  it("says nothing of the value it refuses", () => {
    expect(inspect(refusalOf("https://user:canary@evil.example"), { depth: null, showHidden: true })).not.toMatch(
      /canary|evil/,
    );
  });
});
