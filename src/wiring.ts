/** Puts the ports together. The gateway (`runtime.ts`) and the terminal (`cli.ts`) pass the adapters that differ. */
import type {
  CallbackListener,
  ChatPins,
  Destination,
  NetworkObstacle,
  OAuthClient,
  PendingStore,
  Ports,
  Usage,
} from "./actions/ports.ts";
import { CodexAuthError } from "./errors.ts";
import { createGuardedFetch, type Send } from "./host/fetch.ts";
import { createOAuthClient } from "./oauth/client.ts";
import { LOOK_LIMITS, lookAt, OPENAI, sandboxEndpoints, TOKEN_LIMITS } from "./oauth/endpoints.ts";
import { readAccount, readUserId } from "./oauth/identity.ts";
import type { ProxyFacts } from "./rules/proxy.ts";
import { createInstallationCheck, type InstallationFolders } from "./store/installation.ts";
import { createPendingPorts, createPendingStore, type PendingParts } from "./store/pending-sign-ins.ts";
import { createProfileStore, RecentLists } from "./store/profile-store.ts";
import type { HostAuthStore } from "./store/profiles-document.ts";
import { createAuditLog, createNotices, createUsedMethods } from "./store/records.ts";
import { RememberedSignIns } from "./store/remembered-sign-ins.ts";
import { createUndoRecords } from "./store/undo.ts";
import { remember, systemClock, systemEntropy, systemTimers } from "./system.ts";
import {
  createUsageRequest,
  sandboxUsageEndpoint,
  USAGE_ENDPOINT,
  USAGE_LIMITS,
  type UsageEndpoint,
} from "./usage/request.ts";
import { createUsage, UsageMemory } from "./usage/usage.ts";

export interface Parts extends PendingParts, InstallationFolders {
  readonly host: HostAuthStore;
  readonly pins: ChatPins;
  /** In a gateway the `sharedRecentLists`. */
  readonly recent?: RecentLists;
  /** Only in a gateway, which alone can put a sign-in back. */
  readonly remembered?: RememberedSignIns;
  /** In a gateway the `sharedUsageMemory`. */
  readonly usageMemory?: UsageMemory;
  readonly hostVersion: string | undefined;
  /** The loopback sign-in server of demos and tests. Throws `config-invalid`. */
  readonly sandboxOrigin: () => string | undefined;
  readonly network: Network;
  /** Absent in a terminal, which prints the link and ends. */
  readonly listener?: CallbackListener;
  /** Absent in a terminal. */
  readonly wakePoller?: () => void;
  /** Absent in a terminal. */
  readonly isNudgeOn?: () => boolean;
}

const NO_LISTENER: CallbackListener = { open: async () => false };

export interface Network {
  /** Reads the variables that name a proxy. */
  obstacle(destination: Destination): NetworkObstacle | undefined;
  proxyFacts(destination: Destination): ProxyFacts;
  createSend(destination: Destination): Send;
}

/** Opens only the file of pending sign-ins, for a look at it that needs no profile. */
export function openPendingStore(tempFolder: string, stateDir: string): PendingStore {
  return createPendingStore(tempFolder, stateDir);
}

export function sharedRecentLists(version: string): RecentLists {
  return remember("recent", version, () => new RecentLists(systemClock));
}

export function sharedSignIns(version: string): RememberedSignIns {
  return remember("sign-ins", version, () => new RememberedSignIns());
}

export function sharedUsageMemory(version: string): UsageMemory {
  return remember("usage", version, () => new UsageMemory());
}

export function createPorts(parts: Parts): Ports {
  const {
    host,
    listener = NO_LISTENER,
    log,
    pins,
    recent = new RecentLists(systemClock),
    remembered,
    stateDir,
  } = parts;
  const undo = createUndoRecords(stateDir);
  return {
    ...createPendingPorts(parts),
    audit: createAuditLog(stateDir),
    notices: createNotices(stateDir),
    methods: createUsedMethods({ stateDir, log, clock: systemClock }),
    wakePoller: parts.wakePoller ?? (() => undefined),
    isNudgeOn: parts.isNudgeOn ?? (() => false),
    timers: systemTimers,
    entropy: systemEntropy,
    listener,
    pins,
    installation: createInstallationCheck(parts),
    oauth: createLazyClient(parts),
    profiles: createProfileStore({
      host,
      log,
      recent,
      undo,
      clock: systemClock,
      entropy: systemEntropy,
      readAccount,
      ...(remembered === undefined ? {} : { remembered }),
    }),
    usage: openUsage(parts),
  };
}

/** Reads the sandbox and the variables of a proxy with the first request. */
function openUsage({ hostVersion, log, network, sandboxOrigin, usageMemory = new UsageMemory() }: Parts): Usage {
  let endpoint: UsageEndpoint | undefined;
  const connect = () => {
    const origin = sandboxOrigin();
    endpoint = origin === undefined ? USAGE_ENDPOINT : sandboxUsageEndpoint(origin);
    return { endpoint, fetch: createGuardedFetch(network.createSend(endpoint), USAGE_LIMITS) };
  };
  const ask = createUsageRequest({ connect, hostVersion, clock: systemClock, log, readUserId });
  const proxyFacts = () => (endpoint === undefined ? {} : network.proxyFacts(endpoint));
  const system = { clock: systemClock, timers: systemTimers, entropy: systemEntropy };
  return createUsage({ memory: usageMemory, ...system, ask, proxyFacts });
}

/** Built on first use, so that a command that sends nothing reads neither the sandbox nor a variable of a proxy. */
function createLazyClient({ sandboxOrigin, network }: Parts): OAuthClient {
  let built: OAuthClient | undefined;
  const client = () => (built ??= createClient(sandboxOrigin(), network));
  return {
    obstacle() {
      try {
        return client().obstacle();
      } catch (error) {
        if (error instanceof CodexAuthError && error.code === "config-invalid") return { code: error.code };
        throw error;
      }
    },
    buildAuthorizationRequest: async () => client().buildAuthorizationRequest(),
    authorizationUrlOf: async (request) => client().authorizationUrlOf(request),
    requestDeviceCode: async () => client().requestDeviceCode(),
    pollDevice: async (device, pace) => client().pollDevice(device, pace),
    isReachable: async () => client().isReachable(),
    exchange: async (grant) => client().exchange(grant),
  };
}

function createClient(sandboxOrigin: string | undefined, network: Network): OAuthClient {
  const endpoints = sandboxOrigin === undefined ? OPENAI : sandboxEndpoints(sandboxOrigin);
  const fetch = createGuardedFetch(network.createSend(endpoints), TOKEN_LIMITS);
  return createOAuthClient(endpoints, systemEntropy, fetch, {
    look: createGuardedFetch(network.createSend(lookAt(endpoints)), LOOK_LIMITS),
    obstacle: () => network.obstacle(endpoints),
    proxyFacts: () => network.proxyFacts(endpoints),
  });
}
