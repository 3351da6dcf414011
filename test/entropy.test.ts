import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { systemEntropy } from "../src/system.ts";

describe("systemEntropy", () => {
  it.each([16, 32])("gives %i bytes in both spellings", (length) => {
    const bytes = systemEntropy.bytes(length);
    expect(bytes.toHex()).toMatch(new RegExp(`^[0-9a-f]{${length * 2}}$`));
    expect(Buffer.from(bytes.toBase64Url(), "base64url").toString("hex")).toBe(bytes.toHex());
  });

  it("writes base64url without padding", () => {
    expect(systemEntropy.bytes(32).toBase64Url()).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it("gives other bytes each time", () => {
    const drawn = Array.from({ length: 1000 }, () => systemEntropy.bytes(16).toHex());
    expect(new Set(drawn).size).toBe(1000);
  });

  /** NIST's own vectors (FIPS 180-2, appendix B), in base64url. */
  it.each([
    { text: "", hex: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { text: "abc", hex: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    {
      text: "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      hex: "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    },
  ])("digests $text as SHA-256", ({ text, hex }) => {
    expect(Buffer.from(systemEntropy.digest(text), "base64url").toString("hex")).toBe(hex);
  });

  it("digests the same text to the same 43 characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(systemEntropy.digest(text)).toBe(systemEntropy.digest(text));
        expect(systemEntropy.digest(text)).toMatch(/^[A-Za-z0-9_-]{43}$/);
      }),
    );
  });
});
