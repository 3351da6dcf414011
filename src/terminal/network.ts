/** Sends the token request from a terminal, in which no host's SDK is loaded, and asks whether a gateway runs. */
import http from "node:http";
import { connect } from "node:net";
import type { TerminalEnvironment } from "../environment.ts";
import { CodexAuthError } from "../errors.ts";
import type { Send } from "../host/fetch.ts";
import type { Endpoints } from "../oauth/endpoints.ts";
import type { HostConfig } from "./folders.ts";

/** Honours HTTPS_PROXY and NO_PROXY if this Node can. */
export function createPlainSend(endpoints: Endpoints): Send {
  if (!endpoints.isSandbox) http.setGlobalProxyFromEnv?.();
  return async (url, init, signal) => {
    if (url !== endpoints.token) throw new CodexAuthError("internal");
    const response = await fetch(url, { ...init, signal, redirect: "manual" });
    const release = async () => response.body?.cancel().catch(() => undefined);
    if (response.status >= 300 && response.status < 400) {
      await release();
      throw new CodexAuthError("token-response-invalid");
    }
    return { response, release };
  };
}

const DEFAULT_PORT = 18_789;
const ANSWER_LIMIT_MS = 2_000;

/** Finds the port as the host's own commands do: in the environment, then in the config, else the default. */
export function gatewayPortOf({ gatewayPort }: TerminalEnvironment, config: HostConfig): number {
  const configured = config.gateway?.port;
  return gatewayPort ?? (typeof configured === "number" ? configured : DEFAULT_PORT);
}

/** Returns false only if the machine refuses the connection. Sends nothing. */
export function isListening(port: number): Promise<boolean> {
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
