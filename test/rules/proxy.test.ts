import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PROXY_VARIABLES, proxyFactsFor, proxyFor as proxyOf } from "../../src/rules/proxy.ts";

type Variables = Readonly<Record<string, string | undefined>>;

const proxyFor = (hostname: string, variables: Variables) => proxyOf(hostname, (name) => variables[name]);
const SERVER = "auth.openai.com";
const of = (value: string) => proxyFor(SERVER, { HTTPS_PROXY: value });

describe("the value of a proxy variable", () => {
  const READ: readonly { readonly name: string; readonly value: string; readonly url: string }[] = [
    { name: "a URL", value: "http://127.0.0.1:7890", url: "http://127.0.0.1:7890" },
    { name: "a URL of a proxy over TLS", value: "https://proxy.example:8443", url: "https://proxy.example:8443" },
    { name: "no scheme", value: "127.0.0.1:7890", url: "http://127.0.0.1:7890" },
    { name: "a name and a port", value: "localhost:7890", url: "http://localhost:7890" },
    { name: "no port", value: "http://proxy.example", url: "http://proxy.example" },
    { name: "an IPv6 address", value: "[::1]:7890", url: "http://[::1]:7890" },
    { name: "a scheme in capitals", value: "HTTP://127.0.0.1:7890", url: "http://127.0.0.1:7890" },
    { name: "double quotes", value: '"http://127.0.0.1:7890"', url: "http://127.0.0.1:7890" },
    { name: "single quotes", value: "'127.0.0.1:7890'", url: "http://127.0.0.1:7890" },
    { name: "spaces, in quotes and around", value: ' " http://127.0.0.1:7890 "\r\n', url: "http://127.0.0.1:7890" },
    { name: "a slash at the end", value: "http://127.0.0.1:7890/", url: "http://127.0.0.1:7890" },
    { name: "a path, which means nothing to a proxy", value: "http://127.0.0.1:1/x/y", url: "http://127.0.0.1:1" },
    { name: "a user", value: "http://dana@h:1", url: "http://dana@h:1" },
    { name: "a user and a password without a scheme", value: "dana:secret@h:1", url: "http://dana:secret@h:1" },
    { name: "a password with an encoded @", value: "http://dana:a%40b@h:1", url: "http://dana:a%40b@h:1" },
    { name: "a password with @", value: "http://dana:a@b@h:1", url: "http://dana:a%40b@h:1" },
    {
      name: "a password with % that encodes nothing",
      value: "http://dana:50%off@h:1",
      url: "http://dana:50%25off@h:1",
    },
    { name: "a password that ends with %", value: "http://dana:a%@h:1", url: "http://dana:a%25@h:1" },
    { name: "a password with bytes that are no text", value: "http://dana:a%ff@h:1", url: "http://dana:a%25ff@h:1" },
    { name: "a domain before the user", value: "CORP\\dana:pw@h:1", url: "http://CORP%5Cdana:pw@h:1" },
    { name: "an address as user", value: "http://dana@x.example:pw@h:1", url: "http://dana%40x.example:pw@h:1" },
    { name: "an IPv6 address without a port", value: "http://[2001:db8::1]", url: "http://[2001:db8::1]" },
    { name: "an underscore in the name", value: "my_proxy:8080", url: "http://my_proxy:8080" },
    { name: "letters of another script", value: "http://pröxy:8080", url: "http://xn--prxy-6qa:8080" },
    { name: "a password with a colon", value: "http://dana:a:b@h:1", url: "http://dana:a%3Ab@h:1" },
  ];

  it.each(READ)("is read if it has $name", ({ value, url }) => {
    expect(of(value)).toMatchObject({ kind: "proxy", variable: "HTTPS_PROXY", url });
  });

  it.each([
    { name: "SOCKS", value: "socks5://127.0.0.1:1080", code: "proxy-socks" },
    { name: "SOCKS with names resolved there", value: '"socks5h://127.0.0.1:1080"', code: "proxy-socks" },
    { name: "older SOCKS", value: "SOCKS4A://127.0.0.1:1080", code: "proxy-socks" },
    { name: "another scheme", value: "ftp://127.0.0.1:1", code: "proxy-malformed" },
    { name: "a port that is no number", value: "http://127.0.0.1:port", code: "proxy-malformed" },
    { name: "a port past the last", value: "127.0.0.1:70000", code: "proxy-malformed" },
    { name: "a password with #", value: "http://dana:a#b@h:1", code: "proxy-malformed" },
    { name: "a password with /", value: "http://dana:a/b@h:1", code: "proxy-malformed" },
    { name: "a password with ?", value: "http://dana:a?b@h:1", code: "proxy-malformed" },
    { name: "a space inside", value: "http://127.0.0.1 :1", code: "proxy-malformed" },
    { name: "two values", value: "http://a:1,http://b:1", code: "proxy-malformed" },
    ...[
      "none",
      "direct",
      "false",
      "off",
      "null",
      "0",
      "1",
      "8080",
      ":8080",
      "-",
      "proxy.example",
      "${PROXY}",
      "$PROXY",
    ].map((value) => ({ name: `${value}, which is no proxy`, value, code: "proxy-malformed" })),
    { name: "a number for a host", value: "http://8080", code: "proxy-malformed" },
    { name: "the port 0", value: "http://h:0", code: "proxy-malformed" },
    { name: "one slash", value: "http:/h:1", code: "proxy-malformed" },
    { name: "no colon", value: "http//h:1", code: "proxy-malformed" },
    { name: "two schemes", value: "http://http://h:1", code: "proxy-malformed" },
    { name: "an IPv6 address without brackets", value: "http://::1:7890", code: "proxy-malformed" },
    { name: "Windows' list", value: "http=h:1;https=h:1", code: "proxy-malformed" },
    { name: "a line of a PAC file", value: "PROXY h:1", code: "proxy-malformed" },
    { name: "a SOCKS line of a PAC file", value: "SOCKS5 h:1", code: "proxy-socks" },
    { name: "SOCKS without slashes", value: "socks5:h:1", code: "proxy-socks" },
    { name: "a remark", value: "http://h:1 # mine", code: "proxy-malformed" },
    { name: "curly quotes", value: "“http://h:1”", code: "proxy-malformed" },
    { name: "a scheme only", value: "http://", code: "proxy-malformed" },
    { name: "one quote", value: '"http://127.0.0.1:1', code: "proxy-malformed" },
  ])("is refused if it has $name", ({ value, code }) => {
    expect(of(value)).toEqual({ kind: "refused", variable: "HTTPS_PROXY", code });
  });

  it.each(["", "  ", '""', "''"])("is none if it is %j", (value) => {
    expect(of(value)).toEqual({ kind: "none" });
  });

  it.each([
    { value: "http://127.0.0.1:1", isPlain: true },
    { value: "https://dana:a%40b@h:1/", isPlain: true },
    { value: " http://127.0.0.1:1 ", isPlain: true },
    { value: "127.0.0.1:1", isPlain: false },
    { value: "localhost:1", isPlain: false },
    { value: '"http://h:1"', isPlain: false },
    { value: "http://dana:50%off@h:1", isPlain: false },
    { value: "http://h:1/x", isPlain: false },
  ])("is plain for Node: $value $isPlain", ({ value, isPlain }) => {
    expect(of(value)).toMatchObject({ isPlain });
  });

  it("keeps every user and password that is encoded, and gives one that Node and the host can decode", () => {
    const login = fc.record({ user: fc.string({ minLength: 1, unit: "grapheme" }), password: fc.string() });
    fc.assert(
      fc.property(login, ({ user, password }) => {
        fc.pre(user.isWellFormed() && password.isWellFormed());
        const value = `http://${encodeURIComponent(user)}:${encodeURIComponent(password)}@h:1`;
        const read = of(value);
        if (read.kind !== "proxy") throw new Error(read.kind);
        const url = new URL(read.url);
        expect([url.username, url.password].map(decodeURIComponent)).toEqual([user, password]);
      }),
    );
  });

  it("gives a URL that is plain, or a refusal without any of the value, for every text", () => {
    const PARTS = [
      "http://",
      "https://",
      "socks5h://",
      '"',
      "'",
      " ",
      "@",
      "%",
      "%40",
      ":",
      "/",
      "#",
      "?",
      "canary",
      "h",
      "[",
      "]",
      "7890",
    ];
    const value = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom(...PARTS)).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(value, (text) => {
        const read = of(text);
        if (read.kind === "proxy") expect(of(read.url)).toMatchObject({ url: read.url, isPlain: true });
        else
          expect(Object.values(read).join(" ")).toMatch(
            /^(?:none|refused HTTPS_PROXY proxy-(?:malformed|socks)|refused proxy-(?:malformed|socks) HTTPS_PROXY)$/,
          );
      }),
    );
  });
});

describe("the variables", () => {
  it("have an order of precedence, and an empty one names nothing", () => {
    for (const [at, variable] of PROXY_VARIABLES.entries()) {
      const variables = Object.fromEntries(
        PROXY_VARIABLES.map((name, place) => [
          name,
          place < at ? " " : `http://${name.toLowerCase()}.example:${place + 1}`,
        ]),
      );
      expect(proxyFor(SERVER, variables)).toMatchObject({ variable });
    }
  });

  const EXEMPT: readonly { readonly noProxy: Variables; readonly isExempt: boolean }[] = [
    { noProxy: { NO_PROXY: "*" }, isExempt: true },
    { noProxy: { NO_PROXY: SERVER }, isExempt: true },
    { noProxy: { NO_PROXY: ".openai.com" }, isExempt: true },
    { noProxy: { NO_PROXY: "*.openai.com" }, isExempt: true },
    { noProxy: { NO_PROXY: "openai.com" }, isExempt: true },
    { noProxy: { NO_PROXY: "localhost, AUTH.openai.com." }, isExempt: true },
    { noProxy: { NO_PROXY: '"localhost openai.com:443"' }, isExempt: true },
    { noProxy: { no_proxy: "x", NO_PROXY: "*" }, isExempt: false },
    { noProxy: { NO_PROXY: "" }, isExempt: false },
    { noProxy: { NO_PROXY: "nai.com" }, isExempt: false },
    { noProxy: { NO_PROXY: "openai.com:80" }, isExempt: false },
    { noProxy: { NO_PROXY: "*,localhost" }, isExempt: false },
  ];
  it.each(EXEMPT)("do not count for the server if $noProxy: $isExempt", ({ noProxy, isExempt }) => {
    for (const HTTPS_PROXY of ["http://h:1", "socks5h://h:1", "a b"]) {
      expect(proxyFor(SERVER, { HTTPS_PROXY, ...noProxy }).kind === "none").toBe(isExempt);
    }
  });
});

describe("what a refusal says of the proxy", () => {
  const lower = { https_proxy: "http://h:1" };
  const both = { ...lower, HTTPS_PROXY: "http://h:2" };
  const ROWS: readonly { readonly variables: Variables; readonly facts: object }[] = [
    { variables: {}, facts: {} },
    { variables: { NO_PROXY: "a;b" }, facts: {} },
    { variables: both, facts: { variable: "https_proxy" } },
    { variables: { ...both, NO_PROXY: SERVER }, facts: {} },
    { variables: { ALL_PROXY: "http://h:1" }, facts: { variable: "ALL_PROXY" } },
    {
      variables: { ...lower, NO_PROXY: `localhost;${SERVER}` },
      facts: { variable: "https_proxy", noProxy: "NO_PROXY" },
    },
    {
      variables: { ...lower, no_proxy: "a;b", NO_PROXY: "a" },
      facts: { variable: "https_proxy", noProxy: "no_proxy" },
    },
    { variables: { ...lower, no_proxy: "a", NO_PROXY: "a;b" }, facts: { variable: "https_proxy" } },
  ];
  it.each(ROWS)("is $facts with $variables", ({ variables, facts }) => {
    expect(proxyFactsFor(SERVER, (name) => variables[name])).toEqual(facts);
  });
});
