/** The ports of the login shell in memory, with the rules of the real ones: single use, PKCE, one writer at a time. */
import { createHash } from "node:crypto";
import { CodexAuthError, type ErrorCode } from "../../src/errors.ts";
import type { Account, ProfileAccount } from "../../src/rules/account.ts";
import { isHeld, type ListedProfile } from "../../src/rules/results.ts";
import { actorOf, type AuditEntry, type SignInMethod } from "../../src/rules/results.ts";
import type { Binding } from "../../src/rules/binding.ts";
import type { Decided, Nudged } from "../../src/rules/nudge.ts";
import { EMPTY_DOCUMENT, type Edit, type PendingDocument } from "../../src/rules/pending-sign-ins.ts";
import type { ProfileId, ProfileName } from "../../src/rules/profile-id.ts";
import { profileNameOf } from "../../src/rules/profile-id.ts";
import { InMemoryParkedSignIns } from "../../src/actions/account-question.ts";
import type {
  AuditLog,
  AuthorizationGrant,
  AuthorizationRequest,
  CallbackListener,
  ChatPin,
  ChatPins,
  Clock,
  DeviceCodeResult,
  DevicePoll,
  Entropy,
  ExchangeRefusal,
  ExchangeResult,
  Log,
  Ports,
  Notices,
  OAuthClient,
  PendingStore,
  PollingPace,
  ProfileChoice,
  ProfileStore,
  SaveRefusal,
  PreferResult,
  ProfileTarget,
  SaveRequest,
  ChangeResult,
  CooldownResult,
  ReviveResult,
  SaveResult,
  Timers,
  UsedMethods,
  InstallationCheck,
  ListWithTokens,
} from "../../src/actions/ports.ts";
import type { UsageNumbers, UsageOutcome } from "../../src/rules/usage.ts";
import { Secret } from "../../src/secret.ts";
import type { AskUsage } from "../../src/usage/request.ts";
import { createUsage, UsageMemory } from "../../src/usage/usage.ts";

const REDIRECT_URI = "http://localhost:1455/auth/callback";
const DEVICE_REDIRECT_URI = "https://auth.openai.com/deviceauth/callback";
const sha256 = (text: string) => createHash("sha256").update(text).digest();

const FIRST_MS = 1_795_000_000_000;
const IN_TEN_DAYS_MS = FIRST_MS + 864_000_000;

/** Stands still until it is moved. */
export class FakeClock implements Clock, Timers {
  #nowMs = 1_795_000_000_000;
  /** Timers do not follow a clock that is set back. */
  #passedMs = 0;
  #waits: readonly { readonly untilMs: number; readonly wake: () => void }[] = [];

  nowMs(): number {
    return this.#nowMs;
  }

  wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((wake) => {
      if (signal?.aborted === true) return wake();
      const wait = { untilMs: this.#passedMs + ms, wake };
      this.#waits = [...this.#waits, wait];
      signal?.addEventListener("abort", () => {
        this.#waits = this.#waits.filter((one) => one !== wait);
        wake();
      });
    });
  }

  /** Negative: somebody sets the clock back. */
  move(byMs: number): void {
    this.#nowMs += byMs;
    this.#passedMs += Math.max(byMs, 0);
    const due = this.#waits.filter(({ untilMs }) => untilMs <= this.#passedMs);
    this.#waits = this.#waits.filter((wait) => !due.includes(wait));
    for (const { wake } of due) wake();
  }

  /** How long each wait still lasts, the shortest first. */
  get waitsMs(): readonly number[] {
    return this.#waits.map(({ untilMs }) => untilMs - this.#passedMs).toSorted((one, other) => one - other);
  }
}

/** Other bytes at every call, the same ones in every run. */
export class CountingEntropy implements Entropy {
  #drawn = 0;

  bytes(length: number) {
    this.#drawn += 1;
    const bytes = sha256(`drawn ${this.#drawn}`).subarray(0, length);
    return { toBase64Url: () => bytes.toString("base64url"), toHex: () => bytes.toString("hex") };
  }

  digest(text: string): string {
    return sha256(text).toString("base64url");
  }
}

export class MemoryLog implements Log {
  readonly lines: string[] = [];

  info(event: string): void {
    this.lines.push(event);
  }

  warn(event: string): void {
    this.lines.push(`warn: ${event}`);
  }
}

interface Code {
  readonly codeChallenge: string;
  readonly redirectUri: string;
  readonly email: string;
  isSpent: boolean;
}

type DeviceGrant = Extract<DevicePoll, { kind: "approved" }>["grant"];

/** A person in front of the sign-in page, and the server behind it. Codes work once, and only with their verifier. */
export class FakeOAuth implements OAuthClient {
  readonly exchanges: AuthorizationGrant[] = [];
  lifetimeSeconds = 864_000;
  /** Set to undefined for an account that tells neither. */
  plan: string | undefined = "plus";
  codeRequests = 0;
  /** What the next requests for a code get, in order. */
  readonly codeRefusals: Omit<Extract<DeviceCodeResult, { kind: "refused" }>, "kind">[] = [];
  codeExpiresAtMs: number | undefined;
  /** The user code of each poll. */
  readonly polls: string[] = [];
  /** What the next polls get, in order, whatever was approved. */
  readonly pollAnswers: DevicePoll[] = [];
  readonly #entropy: Entropy;
  readonly #codes = new Map<string, Code>();
  readonly #devices = new Map<string, { readonly userCode: string; grant?: DeviceGrant }>();
  #pollGate: { readonly entered: PromiseWithResolvers<void>; readonly open: PromiseWithResolvers<void> } | undefined;
  #refusal: Extract<ExchangeResult, { kind: "refused" }> | undefined;
  #gate: { readonly entered: PromiseWithResolvers<void>; readonly open: PromiseWithResolvers<void> } | undefined;

  constructor(entropy: Entropy) {
    this.#entropy = entropy;
  }

  /** Set to a network that cannot be used. */
  unreachable: ReturnType<OAuthClient["obstacle"]>;

  obstacle() {
    return this.unreachable;
  }

  async buildAuthorizationRequest(): Promise<AuthorizationRequest> {
    const codeVerifier = this.#entropy.bytes(32).toBase64Url();
    const state = this.#entropy.bytes(16).toHex();
    return {
      authorizationUrl: this.#linkOf(state, codeVerifier),
      state: new Secret(state),
      codeVerifier: new Secret(codeVerifier),
      redirectUri: REDIRECT_URI,
    };
  }

  async authorizationUrlOf({ state, codeVerifier }: Pick<AuthorizationRequest, "codeVerifier" | "state">) {
    return this.#linkOf(state.reveal(), codeVerifier.reveal());
  }

  #linkOf(state: string, codeVerifier: string): Secret {
    const query = new URLSearchParams({ state, code_challenge: this.#entropy.digest(codeVerifier) });
    return new Secret(`https://auth.openai.com/oauth/authorize?${query}`);
  }

  async requestDeviceCode(): Promise<DeviceCodeResult> {
    this.codeRequests += 1;
    const refusal = this.codeRefusals.shift();
    if (refusal !== undefined) return { kind: "refused", ...refusal };
    const deviceAuthId = `deviceauth_${this.#entropy.bytes(16).toHex()}`;
    const userCode = `CODE-${this.codeRequests}`;
    this.#devices.set(deviceAuthId, { userCode });
    return {
      kind: "issued",
      verificationUri: "https://auth.openai.com/codex/device",
      deviceAuthId: new Secret(deviceAuthId),
      userCode: new Secret(userCode),
      intervalMs: 5000,
      expiresAtMs: this.codeExpiresAtMs,
    };
  }

  /** Pending until approved, which it says once. */
  async pollDevice(
    { deviceAuthId, userCode }: { readonly deviceAuthId: Secret; readonly userCode: Secret },
    pace: PollingPace,
  ): Promise<DevicePoll> {
    this.polls.push(userCode.reveal());
    this.#pollGate?.entered.resolve();
    await this.#pollGate?.open.promise;
    const scripted = this.pollAnswers.shift();
    if (scripted !== undefined) return scripted;
    const device = this.#devices.get(deviceAuthId.reveal());
    const grant = device?.userCode === userCode.reveal() ? device.grant : undefined;
    if (device === undefined || grant === undefined) return { kind: "waiting", waitMs: pace.intervalMs, pace };
    delete device.grant;
    return { kind: "approved", grant };
  }

  isReached = true;

  async isReachable(): Promise<boolean> {
    return this.isReached;
  }

  async exchange(grant: AuthorizationGrant): Promise<ExchangeResult> {
    this.exchanges.push(grant);
    this.#gate?.entered.resolve();
    await this.#gate?.open.promise;
    const code = this.#codes.get(grant.code.reveal());
    const isRight =
      code !== undefined &&
      !code.isSpent &&
      code.codeChallenge === this.#entropy.digest(grant.codeVerifier.reveal()) &&
      code.redirectUri === grant.redirectUri;
    if (code !== undefined) code.isSpent = true;
    if (this.#refusal !== undefined) return this.#refusal;
    if (!isRight) return { kind: "refused", code: "token-rejected" };
    return {
      kind: "exchanged",
      tokens: {
        accessToken: new Secret(`access-of-${code.email}-canary`),
        refreshToken: new Secret(`refresh-of-${code.email}-canary`),
        expiresInSeconds: this.lifetimeSeconds,
      },
      identity: {
        chatgptAccountId: "workspace-1",
        ...(this.plan === undefined ? {} : { email: code.email, plan: this.plan }),
      },
    };
  }

  // ---- what tests do

  /** The person signs in and agrees: where their browser ends. */
  approve(authorizationUrl: Secret, email = "dana@example.com"): string {
    const { searchParams } = new URL(authorizationUrl.reveal());
    const code = `ac_${this.#entropy.bytes(32).toBase64Url()}.${this.#entropy.bytes(32).toBase64Url()}`;
    const codeChallenge = searchParams.get("code_challenge") ?? "";
    this.#codes.set(code, { codeChallenge, redirectUri: REDIRECT_URI, email, isSpent: false });
    return addressOf({ code, scope: "openid profile email offline_access", state: searchParams.get("state") ?? "" });
  }

  /** The person types the code on the server's page and agrees. */
  approveCode(userCode: string, email = "dana@example.com"): void {
    const codeVerifier = this.#entropy.bytes(32).toBase64Url();
    const code = `ac_${this.#entropy.bytes(32).toBase64Url()}`;
    const codeChallenge = this.#entropy.digest(codeVerifier);
    this.#codes.set(code, { codeChallenge, redirectUri: DEVICE_REDIRECT_URI, email, isSpent: false });
    for (const device of this.#devices.values()) {
      if (device.userCode !== userCode) continue;
      const secrets = { code: new Secret(code), codeVerifier: new Secret(codeVerifier) };
      device.grant = { ...secrets, redirectUri: DEVICE_REDIRECT_URI };
    }
  }

  /** From now on a poll waits, as `hold` does for an exchange. */
  holdPoll(): { readonly entered: Promise<void>; open(): void } {
    const gate = { entered: Promise.withResolvers<void>(), open: Promise.withResolvers<void>() };
    this.#pollGate = gate;
    return {
      entered: gate.entered.promise,
      open: () => {
        this.#pollGate = undefined;
        gate.open.resolve();
      },
    };
  }

  /** The person declines, or the server refuses them. */
  deny(authorizationUrl: Secret, error = "access_denied", description = "canary of the server's words"): string {
    const state = new URL(authorizationUrl.reveal()).searchParams.get("state") ?? "";
    return addressOf({ error, error_description: description, state });
  }

  refuse(code: ExchangeRefusal, retryAfterSeconds?: number): void {
    this.#refusal = { kind: "refused", code, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
  }

  /** From now on an exchange waits: `entered` says that one has begun, `open` lets it go on. */
  hold(): { readonly entered: Promise<void>; open(): void } {
    const gate = { entered: Promise.withResolvers<void>(), open: Promise.withResolvers<void>() };
    this.#gate = gate;
    return { entered: gate.entered.promise, open: () => gate.open.resolve() };
  }
}

/** What a browser shows after the sign-in. */
export function addressOf(parameters: Readonly<Record<string, string>>, target = REDIRECT_URI): string {
  return `${target}?${new URLSearchParams(parameters)}`;
}

/** Edits one after the other, each over what was really written: nothing of an edit's own objects stays shared. */
export class MemoryPendingStore implements PendingStore {
  reads = 0;
  updates = 0;
  #text = JSON.stringify(EMPTY_DOCUMENT);
  #last: Promise<unknown> = Promise.resolve();

  async read(): Promise<PendingDocument> {
    this.reads += 1;
    return JSON.parse(this.#text) as PendingDocument;
  }

  update<Result>(edit: (document: PendingDocument) => Edit<Result>): Promise<Result> {
    this.updates += 1;
    const edited = this.#last.then(() => {
      const { result, next } = edit(JSON.parse(this.#text) as PendingDocument);
      if (next !== undefined) this.#text = JSON.stringify(next);
      return result;
    });
    this.#last = edited.catch(() => undefined);
    return edited;
  }

  /** What a thief of the file would have. */
  get text(): string {
    return this.#text;
  }

  get document(): PendingDocument {
    return JSON.parse(this.#text) as PendingDocument;
  }
}

/**
 * Profiles of one host; the first is the default until another is preferred. Asks whether the person still may right
 * before it writes, and never writes otherwise.
 */
export class MemoryProfileStore implements ProfileStore {
  readonly provider = "openai";
  readonly storeId = "openai";
  readonly isStore = (storeId: string) => storeId === this.storeId;
  readonly saves: SaveRequest[] = [];
  /** Ids of profiles that can be put back, each once. */
  readonly undoable = new Set<string>();
  isSelectable = true;
  /** What becomes of an old sign-in that is put back. */
  renewal: "works" | "rejected" | "failed" | "changed" = "works";
  preferred: string | undefined;
  /** What can be told before a code is spent. */
  inTheWay: SaveRefusal | undefined;
  readonly #profiles = new Map<string, ListedProfile>();
  readonly #removed = new Map<string, ListedProfile>();
  readonly #accounts = new Map<string, Account>();
  #refusal: SaveRefusal | undefined;

  recentList(agentId: string): Promise<readonly ListedProfile[]> {
    return this.list(agentId);
  }

  async list(_agentId: string): Promise<readonly ListedProfile[]> {
    const first = this.preferred ?? [...this.#profiles.keys()][0];
    return [...this.#profiles.values()].map((profile) => ({
      ...profile,
      name: this.#nameOf(profile.profileId),
      ...(this.isSelectable && profile.profileId === first ? { isDefault: true } : {}),
    }));
  }

  /** A namesake of today leaves an older profile nothing but its whole id. */
  #nameOf(id: string): ProfileName {
    const canonical = `${this.provider}:${profileNameOf(id)}`;
    return id !== canonical && this.#profiles.has(canonical) ? (id as ProfileName) : profileNameOf(id);
  }

  async choice(agentId: string): Promise<ProfileChoice> {
    const ids = (await this.list(agentId)).map(({ profileId }) => profileId as string);
    const tried = this.preferred === undefined ? ids : [this.preferred, ...ids.filter((id) => id !== this.preferred)];
    const storedOrder = this.preferred === undefined ? [] : tried;
    return { storedOrder, configOrder: [], allowList: [], tried, isOwnCopy: false };
  }

  async accounts(agentId: string): Promise<readonly ProfileAccount[]> {
    const profiles = await this.list(agentId);
    return profiles.map(({ profileId, name }) => ({
      profileId,
      profileName: name,
      account: this.#accounts.get(profileId) ?? {},
    }));
  }

  async listWithTokens(agentId: string): Promise<ListWithTokens> {
    const profiles = await this.list(agentId);
    const tokens = profiles
      .filter(({ health }) => health !== "needs-sign-in" && health !== "refreshing")
      .map(({ profileId, expiresAtMs = IN_TEN_DAYS_MS }) => ({
        profileId,
        access: new Secret(`access-of-${profileId}-canary`),
        chatgptAccountId: "workspace-canary",
        expiresAtMs,
      }));
    return { profiles, tokens };
  }

  async obstacle(): Promise<SaveRefusal | undefined> {
    return this.inTheWay;
  }

  async save(request: SaveRequest): Promise<SaveResult> {
    if (this.#refusal !== undefined) return { kind: "refused", code: this.#refusal };
    if (!request.isAllowed()) return { kind: "refused", code: "not-allowed" };
    this.saves.push(request);
    this.has(request.profileId);
    const { accountId, email } = request.credential;
    this.holds(request.profileId, { workspaceId: accountId, ...(email === undefined ? {} : { email }) });
    return { kind: "saved", isSelectable: this.isSelectable, isUndoable: false, activation: "live" };
  }

  async remove({ profileId, isAllowed }: ProfileTarget): Promise<ChangeResult> {
    if (this.#refusal !== undefined) return { kind: "refused", code: this.#refusal };
    if (!isAllowed()) return { kind: "refused", code: "not-allowed" };
    const removed = this.#profiles.get(profileId);
    if (removed === undefined) return { kind: "refused", code: "profile-unknown" };
    this.#profiles.delete(profileId);
    this.#removed.set(profileId, removed);
    this.undoable.add(profileId);
    if (this.preferred === profileId) this.preferred = undefined;
    return { kind: "saved", isSelectable: false, isUndoable: true, activation: "live" };
  }

  async prefer({ profileId, isAllowed }: ProfileTarget): Promise<PreferResult> {
    if (this.#refusal !== undefined) return { kind: "refused", code: this.#refusal };
    if (!isAllowed()) return { kind: "refused", code: "not-allowed" };
    if (!this.#profiles.has(profileId)) return { kind: "refused", code: "profile-unknown" };
    this.preferred = profileId;
    return { kind: "preferred", isFirst: this.isSelectable, activation: "live" };
  }

  async endCooldown({ profileId, isAllowed }: ProfileTarget): Promise<CooldownResult> {
    if (this.#refusal !== undefined) return { kind: "refused", code: this.#refusal };
    if (!isAllowed()) return { kind: "refused", code: "not-allowed" };
    const profile = this.#profiles.get(profileId);
    if (profile === undefined) return { kind: "refused", code: "profile-unknown" };
    if (!isHeld(profile)) return { kind: "refused", code: "retry-not-held" };
    const { reason: _reason, unusableUntilMs: _until, refusedAtMs: _refused, ...free } = profile;
    this.#profiles.set(profileId, { ...free, health: "signed-in" });
    return { kind: "ended", activation: "live" };
  }

  async revive({ profileId, isAllowed }: ProfileTarget): Promise<ReviveResult> {
    if (this.#refusal !== undefined) return { kind: "refused", code: this.#refusal };
    if (!isAllowed()) return { kind: "refused", code: "not-allowed" };
    const profile = this.#profiles.get(profileId);
    if (profile === undefined) return { kind: "refused", code: "profile-unknown" };
    if (profile.canRevive !== true) return { kind: "refused", code: "revive-forgotten" };
    if (this.renewal !== "works") return { kind: "refused", code: `revive-${this.renewal}` };
    const { reason: _reason, canRevive: _canRevive, ...free } = profile;
    this.#profiles.set(profileId, { ...free, health: "signed-in" });
    return { kind: "revived" };
  }

  async undo({ profileId, isAllowed }: ProfileTarget): Promise<ChangeResult> {
    if (this.#refusal !== undefined) return { kind: "refused", code: this.#refusal };
    if (!isAllowed()) return { kind: "refused", code: "not-allowed" };
    const isOther = this.#removed.has(profileId) && this.#profiles.has(profileId);
    if (isOther) return { kind: "refused", code: "undo-changed" };
    if (!this.undoable.delete(profileId)) return { kind: "refused", code: "undo-missing" };
    const removed = this.#removed.get(profileId);
    if (removed !== undefined) this.#profiles.set(profileId, removed);
    this.#removed.delete(profileId);
    return { kind: "saved", isSelectable: this.isSelectable, isUndoable: true, activation: "live" };
  }

  async hasUndo(profileId: string): Promise<boolean> {
    return this.undoable.has(profileId);
  }

  // ---- what tests do

  has(...ids: readonly string[]): void {
    for (const id of ids) {
      this.#profiles.set(id, { profileId: id as ProfileId, name: profileNameOf(id), health: "signed-in" });
    }
  }

  /** Whose a profile is. */
  holds(profileId: string, account: Account): void {
    this.#accounts.set(profileId, account);
  }

  /** What the host knows of a profile's condition. */
  becomes(profileId: string, condition: Partial<ListedProfile>): void {
    const profile = this.#profiles.get(profileId);
    if (profile !== undefined) this.#profiles.set(profileId, { ...profile, ...condition });
  }

  refuse(code: SaveRefusal): void {
    this.#refusal = code;
  }
}

/** The host's session store: one pin for each chat. */
export class MemoryPins implements ChatPins {
  readonly #pins = new Map<string, ChatPin>();
  outcome: "done" | "failed" | "other-model" = "done";

  async read(chat: Binding): Promise<ChatPin | undefined> {
    return this.#pins.get(keyOf(chat));
  }

  async hasCodexModel(): Promise<boolean> {
    return this.outcome !== "other-model";
  }

  async pin(chat: Binding, profileId: string): Promise<"done" | "failed" | "other-model"> {
    if (this.outcome === "done") this.#pins.set(keyOf(chat), { profileId, by: "person" });
    return this.outcome;
  }

  async unpin(chat: Binding): Promise<"done" | "failed"> {
    if (this.outcome === "done") this.#pins.delete(keyOf(chat));
    return this.outcome === "done" ? "done" : "failed";
  }

  async release(profileId: string): Promise<void> {
    for (const [key, pin] of this.#pins) if (pin.profileId === profileId) this.#pins.delete(key);
  }

  // ---- what tests do

  keep(chat: Binding, pin: ChatPin): void {
    this.#pins.set(keyOf(chat), pin);
  }

  get all(): Readonly<Record<string, ChatPin>> {
    return Object.fromEntries(this.#pins);
  }
}

const keyOf = ({ channel, channelAccountId, conversationId, agentId }: Binding) =>
  `${channel} ${channelAccountId} ${conversationId} ${agentId}`;

export class MemoryAuditLog implements AuditLog {
  readonly entries: AuditEntry[] = [];

  async note(entry: AuditEntry): Promise<void> {
    this.entries.push(entry);
  }

  async last(count: number): Promise<readonly AuditEntry[]> {
    return this.entries.slice(-count);
  }
}

/** Once for each profile, whatever the time. */
export class MemoryNotices implements Notices {
  readonly #told = new Set<string>();

  async claim(profileIds: readonly string[]): Promise<readonly string[]> {
    const due = profileIds.filter((id) => !this.#told.has(id));
    for (const id of due) this.#told.add(id);
    return due;
  }

  said: readonly Nudged[] = [];

  async nudged(decide: (said: readonly Nudged[]) => Decided): Promise<Decided["due"]> {
    const { due, said } = decide(this.said);
    this.said = said;
    return due;
  }
}

export class MemoryMethods implements UsedMethods {
  readonly #last = new Map<string, SignInMethod>();

  async last(binding: Binding, profileId: string): Promise<SignInMethod | undefined> {
    return this.#last.get(`${actorOf(binding)} ${profileId}`);
  }

  async note(binding: Binding, profileId: string, method: SignInMethod): Promise<void> {
    this.#last.set(`${actorOf(binding)} ${profileId}`, method);
  }
}

export class FakeInstallationCheck implements InstallationCheck {
  skills: readonly string[] = [];
  owner: boolean | undefined = true;
  openDisk = false;

  async oldSkills(): Promise<readonly string[]> {
    return this.skills;
  }

  async isOnOpenDisk(): Promise<boolean> {
    return this.openDisk;
  }

  async hasOwner(): Promise<boolean | undefined> {
    return this.owner;
  }
}

/** A browser on this machine can finish a sign-in only if a test says so. */
export class FakeListener implements CallbackListener {
  isFree = false;
  opened = 0;

  async open(): Promise<boolean> {
    this.opened += 1;
    return this.isFree;
  }
}

/** What OpenAI tells of each account. Numbers of an unused account unless a test sets something else. */
export class FakeUsageServer {
  /** The ids of the profiles that were asked about, in order. */
  readonly asked: string[] = [];
  readonly answers = new Map<string, UsageOutcome>();
  readonly #clock: FakeClock;
  #gate: PromiseWithResolvers<void> | undefined;
  #entered = Promise.withResolvers<void>();

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  readonly ask: AskUsage = async ({ profileId }, signal) => {
    this.asked.push(profileId);
    this.#entered.resolve();
    const ended = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    await Promise.race([this.#gate?.promise, ended]);
    if (signal.aborted) return { kind: "untold", reason: "late" };
    return this.answers.get(profileId) ?? { kind: "numbers", numbers: usageNumbers(this.#clock.nowMs()) };
  };

  // ---- what tests do

  /** From now on an answer waits: `entered` says that a request has come, `open` lets all go on. */
  hold(): { readonly entered: Promise<void>; open(): void } {
    const gate = Promise.withResolvers<void>();
    this.#gate = gate;
    this.#entered = Promise.withResolvers<void>();
    return { entered: this.#entered.promise, open: () => gate.resolve() };
  }
}

/** A plan with five hours and a week, of which so many percent are used. */
export function usageNumbers(askedAtMs: number, [short, week]: readonly [number, number] = [0, 0]): UsageNumbers {
  const windows = [
    { seconds: 18_000, usedPercent: short, resetAtMs: askedAtMs + 2 * 3_600_000 },
    { seconds: 604_800, usedPercent: week, resetAtMs: askedAtMs + 3 * 24 * 3_600_000 },
  ];
  return { askedAtMs, plan: "pro", limit: { isReached: false, windows }, others: [], bankedResets: 0 };
}

export interface FakePorts extends Ports {
  readonly listener: FakeListener;
  readonly usageServer: FakeUsageServer;
  readonly audit: MemoryAuditLog;
  readonly notices: MemoryNotices;
  readonly pins: MemoryPins;
  readonly installation: FakeInstallationCheck;
  readonly clock: FakeClock;
  readonly timers: FakeClock;
  readonly entropy: CountingEntropy;
  readonly log: MemoryLog;
  readonly oauth: FakeOAuth;
  readonly pending: MemoryPendingStore;
  readonly profiles: MemoryProfileStore;
}

export function createFakePorts(): FakePorts {
  const entropy = new CountingEntropy();
  const clock = new FakeClock();
  const usageServer = new FakeUsageServer(clock);
  return {
    usageServer,
    usage: createUsage({
      memory: new UsageMemory(),
      clock,
      timers: clock,
      entropy,
      ask: usageServer.ask,
      proxyFacts: () => ({}),
    }),
    listener: new FakeListener(),
    audit: new MemoryAuditLog(),
    notices: new MemoryNotices(),
    methods: new MemoryMethods(),
    wakePoller: () => undefined,
    isNudgeOn: () => true,
    parked: new InMemoryParkedSignIns(),
    pins: new MemoryPins(),
    installation: new FakeInstallationCheck(),
    clock,
    timers: clock,
    entropy,
    log: new MemoryLog(),
    oauth: new FakeOAuth(entropy),
    pending: new MemoryPendingStore(),
    profiles: new MemoryProfileStore(),
  };
}

export const DANA: Binding = {
  gateway: "gateway-1",
  channel: "telegram",
  channelAccountId: "default",
  conversationId: "4242",
  senderId: "4242",
  agentId: "main",
};

/** Everybody whom Dana's sign-in is none of the business of. */
export const OTHERS: readonly { readonly name: string; readonly binding: Binding }[] = [
  { name: "a stranger in a chat of their own", binding: { ...DANA, conversationId: "6666", senderId: "6666" } },
  { name: "another sender in the same chat", binding: { ...DANA, senderId: "6666" } },
  { name: "the same sender in another chat", binding: { ...DANA, conversationId: "-100123" } },
  { name: "the same sender on another channel", binding: { ...DANA, channel: "signal" } },
  { name: "the same sender at another bot", binding: { ...DANA, channelAccountId: "second" } },
  { name: "the same sender at another gateway", binding: { ...DANA, gateway: "gateway-2" } },
  { name: "the same sender with another agent", binding: { ...DANA, agentId: "second" } },
];

/** What a port may throw, and what must become of it. The canary stands for what a person or a server sent. */
export const THROWN: readonly { readonly name: string; readonly error: unknown; readonly code: ErrorCode }[] = [
  { name: "an error of ours", error: new CodexAuthError("pending-locked"), code: "pending-locked" },
  { name: "a foreign error", error: new Error("canary in a message"), code: "internal" },
  { name: "a foreign error with a cause", error: new Error("canary", { cause: { body: "canary" } }), code: "internal" },
  {
    name: "a system error",
    error: Object.assign(new Error("canary"), { code: "ENOSPC", path: "/canary" }),
    code: "internal",
  },
  {
    name: "a foreign error with one of our codes",
    error: Object.assign(new Error("canary"), { code: "not-allowed" }),
    code: "internal",
  },
  { name: "text", error: "canary", code: "internal" },
  { name: "nothing", error: undefined, code: "internal" },
];

/** A profile store of which nothing works, but for what is said of obstacles. */
export function brokenProfiles(
  fail: () => Promise<never>,
  obstacle: () => Promise<SaveRefusal | undefined> = fail,
): ProfileStore {
  const broken = {
    list: fail,
    recentList: fail,
    choice: fail,
    accounts: fail,
    listWithTokens: fail,
    save: fail,
    remove: fail,
    prefer: fail,
    endCooldown: fail,
    revive: fail,
    undo: fail,
    hasUndo: fail,
  };
  return { provider: "openai", storeId: "openai", isStore: () => true, obstacle, ...broken };
}

/** A sign-in server with which every call fails. */
export function brokenOAuth(fail: () => Promise<never>): OAuthClient {
  const broken = { authorizationUrlOf: fail, requestDeviceCode: fail, pollDevice: fail, exchange: fail };
  return { obstacle: () => undefined, isReachable: fail, buildAuthorizationRequest: fail, ...broken };
}

/** A method that fails like this. */
export const failing = (error: unknown) => (): Promise<never> => Promise.reject(error as Error);
