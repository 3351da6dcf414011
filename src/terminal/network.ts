/** Sends requests from a terminal, in which no host's SDK is loaded, and asks whether a gateway listens. */
import http from "node:http";
import { connect } from "node:net";
import type { Destination, NetworkObstacle } from "../actions/ports.ts";
import { isNodeProxying, readVariable, type TerminalEnvironment } from "../environment.ts";
import { CodexAuthError } from "../errors.ts";
import type { Send } from "../host/fetch.ts";
import { proxyFactsFor, proxyFor, type ProxyFacts } from "../rules/proxy.ts";
import type { HostConfig } from "./folders.ts";

/** Returns why the proxy that the variables name cannot be used: without it the request would go past the proxy. */
export function plainObstacle({ isSandbox, hostname }: Destination): NetworkObstacle | undefined {
  if (isSandbox) return undefined;
  const proxy = proxyFor(hostname, readVariable);
  switch (proxy.kind) {
    case "none":
      return undefined;
    case "refused":
      return { code: proxy.code, variable: proxy.variable };
    case "proxy":
      if (http.setGlobalProxyFromEnv !== undefined || (proxy.isPlain && isNodeProxying())) return undefined;
      return { code: "proxy-needs-other-node", variable: proxy.variable };
  }
}

export function plainProxyFacts({ isSandbox, hostname }: Destination): ProxyFacts {
  return isSandbox ? {} : proxyFactsFor(hostname, readVariable);
}

/** Uses the proxy that the variables name. Throws `CodexAuthError` (`proxy-*`) with the first request if it cannot. */
export function createPlainSend(destination: Destination): Send {
  let hasProxy = destination.isSandbox;
  return async ({ url, body = null, ...init }, signal) => {
    if (!destination.urls.includes(url)) throw new CodexAuthError("internal");
    if (!hasProxy) setProxy(destination);
    hasProxy = true;
    const response = await fetch(url, { ...init, body, signal, redirect: "manual" });
    const release = async () => response.body?.cancel().catch(() => undefined);
    if (response.status >= 300 && response.status < 400) {
      await release();
      throw new CodexAuthError("token-response-invalid");
    }
    return { response, release };
  };
}

function setProxy(destination: Destination): void {
  const obstacle = plainObstacle(destination);
  if (obstacle !== undefined) throw new CodexAuthError(obstacle.code);
  const proxy = proxyFor(destination.hostname, readVariable);
  if (proxy.kind === "proxy") http.setGlobalProxyFromEnv?.({ https_proxy: proxy.url });
}

const DEFAULT_PORT = 18_789;
const ANSWER_LIMIT_MS = 2_000;

/** Addresses that include 127.0.0.1. */
const LOOPBACK_BINDS: ReadonlySet<unknown> = new Set([undefined, "auto", "lan", "loopback"]);

/**
 * Returns false if the gateway can only be on this machine's loopback address and nothing listens there, so that no
 * command of the host needs to run. If the settings name another address, another port or a container, only the
 * host's own command knows.
 */
export async function mayGatewayRun(environment: TerminalEnvironment, config: HostConfig): Promise<boolean> {
  const { gateway = {} } = config;
  const isPlain =
    environment.hasGatewayElsewhere !== true &&
    !["$include", "customBindHost", "port"].some((field) => field in gateway) &&
    LOOPBACK_BINDS.has(gateway.bind) &&
    (gateway.mode ?? "local") === "local";
  return !isPlain || isListening(environment.gatewayPort ?? DEFAULT_PORT);
}

/** Returns false only if the machine refuses the connection. Sends nothing. */
function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, timeout: ANSWER_LIMIT_MS });
    const finish = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("connect", () => finish(true));
    socket.on("timeout", () => finish(true));
    socket.on("error", (error: NodeJS.ErrnoException) => finish(error.code !== "ECONNREFUSED"));
  });
}
