/** The token request's way out where no host's SDK is loaded: the terminal. One host, no redirects. */
import http from "node:http";
import { CodexAuthError } from "../errors.ts";
import type { Endpoints } from "../oauth/endpoints.ts";
import type { Send } from "./guarded-fetch.ts";

/** Honours HTTPS_PROXY and NO_PROXY, as far as this Node can. */
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
