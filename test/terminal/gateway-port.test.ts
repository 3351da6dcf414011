import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { gatewayPortOf, isListening } from "../../src/terminal/network.ts";
import type { HostConfig } from "../../src/terminal/folders.ts";
import { closeServer, freePort, listenOnLoopback } from "../support/loopback.ts";
import { makeMachine } from "./machine.ts";

const { environment } = makeMachine();

describe("gatewayPortOf", () => {
  const ROWS: readonly {
    readonly name: string;
    readonly gatewayPort: number | undefined;
    readonly config: HostConfig;
    readonly expected: number;
  }[] = [
    { name: "the environment's word", gatewayPort: 4001, config: {}, expected: 4001 },
    {
      name: "the environment's word before the config's",
      gatewayPort: 4001,
      config: { gateway: { port: 4002 } },
      expected: 4001,
    },
    { name: "the config's", gatewayPort: undefined, config: { gateway: { port: 4002 } }, expected: 4002 },
    { name: "the default beside a config without one", gatewayPort: undefined, config: {}, expected: 18_789 },
    {
      name: "the default beside a gateway without one",
      gatewayPort: undefined,
      config: { gateway: {} },
      expected: 18_789,
    },
    {
      name: "the default beside one that is no number",
      gatewayPort: undefined,
      config: { gateway: { port: "4002" } },
      expected: 18_789,
    },
  ];

  it.each(ROWS)("is $name", ({ gatewayPort, config, expected }) => {
    expect(gatewayPortOf({ ...environment, gatewayPort }, config)).toBe(expected);
  });
});

describe("isListening", () => {
  const server = createServer();
  afterEach(() => closeServer(server));

  it("is true where somebody listens, who is sent nothing", async () => {
    const received = Promise.withResolvers<number>();
    server.once("connection", (socket) => {
      socket.on("error", () => undefined);
      socket.on("close", () => received.resolve(socket.bytesRead));
      socket.resume();
    });
    expect(await isListening(await listenOnLoopback(server))).toBe(true);
    expect(await received.promise).toBe(0);
  });

  it("is false where nobody does", async () => {
    expect(await isListening(await freePort())).toBe(false);
  });
});
