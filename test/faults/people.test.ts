/**
 * 20 people, 200 sign-ins, all at once and in random order, over the real files, the real client and the fake server:
 * each sign-in lands on its own profile, with its own account.
 */
import { expect, it } from "vitest";
import { SILENT_LOG } from "../../src/errors.ts";
import type { Binding } from "../../src/rules/binding.ts";
import type { ProfileName } from "../../src/rules/profile-id.ts";
import { createGuardedFetch } from "../../src/host/fetch.ts";
import { createPlainSend } from "../../src/terminal/network.ts";
import { startSignIn } from "../../src/actions/start.ts";
import { finishSignIn } from "../../src/actions/finish.ts";
import type { Ports } from "../../src/actions/ports.ts";
import { createOAuthClient } from "../../src/oauth/client.ts";
import { sandboxEndpoints, TOKEN_LIMITS } from "../../src/oauth/endpoints.ts";
import { readAccount } from "../../src/oauth/identity.ts";
import { Paste } from "../../src/rules/callback-url.ts";
import { createFileAuthStore } from "../../src/store/file-auth-store.ts";
import { createPendingStore } from "../../src/store/pending-sign-ins.ts";
import { createProfileStore, RecentLists } from "../../src/store/profile-store.ts";
import { createUndoRecords } from "../../src/store/undo.ts";
import { systemClock } from "../../src/system.ts";
import { systemEntropy } from "../../src/system.ts";
import { createFakePorts, DANA } from "../fakes/fake-ports.ts";
import { fakeAccount, SignInServer } from "../fakes/sign-in-server.ts";
import { fileHost, FLAVOURS, storedIn } from "../store/file-host.ts";
import { makeTempDir } from "../support/temp-dir.ts";
import { createRandom } from "./random.ts";

const PEOPLE = 20;
const EACH = 10;
/** As many as one person may have waiting in a chat. */
const MAX_WAITING = 5;
const FLAVOUR = FLAVOURS[2];

interface Waiting {
  readonly profile: string;
  readonly address: string;
}

const accountOf = (profile: string) => fakeAccount(`${profile}@example.com`);

it(`${PEOPLE * EACH} sign-ins of ${PEOPLE} people land on their own profiles`, async () => {
  const random = createRandom("people");
  const root = makeTempDir("people");
  const server = new SignInServer();
  const endpoints = sandboxEndpoints(await server.listen());
  const host = createFileAuthStore(fileHost(root, FLAVOUR));
  const undo = createUndoRecords(root);
  const ports: Ports = {
    ...createFakePorts(),
    clock: systemClock,
    entropy: systemEntropy,
    pending: createPendingStore(root),
    oauth: createOAuthClient(endpoints, systemEntropy, createGuardedFetch(createPlainSend(endpoints), TOKEN_LIMITS)),
    profiles: createProfileStore({
      host,
      log: SILENT_LOG,
      recent: new RecentLists(systemClock),
      undo,
      clock: systemClock,
      entropy: systemEntropy,
      readAccount,
    }),
  };

  const start = async (binding: Binding, profile: string): Promise<Waiting> => {
    const started = await startSignIn(ports, { binding, askedName: profile as ProfileName });
    if (started.kind === "refused") throw new Error(`${profile}: ${started.code}`);
    return { profile, address: server.approve(started.authorizationUrl.reveal(), accountOf(profile)) };
  };
  const finish = async (binding: Binding, { profile, address }: Waiting): Promise<void> => {
    const pasted = new Paste(address);
    const done = await finishSignIn(ports, {
      binding,
      pasted,
      isAllowed: () => true,
      ifOtherAccount: "refuse",
    });
    expect(done).toMatchObject({ kind: "saved", profileName: profile, email: `${profile}@example.com` });
  };
  /** Starts and finishes as it comes; some chats share a room, some people have two. */
  const live = async (person: number): Promise<void> => {
    const binding = { ...DANA, senderId: String(person), conversationId: String(person % 7) };
    const left = Array.from({ length: EACH }, (_, index) => `person${person}-${index}`);
    const waiting: Waiting[] = [];
    while (left.length + waiting.length > 0) {
      const mayStart = left.length > 0 && waiting.length < MAX_WAITING;
      if (mayStart && (waiting.length === 0 || random.below(2) === 0)) {
        waiting.push(await start(binding, left.splice(random.below(left.length), 1)[0] ?? ""));
      } else {
        await finish(binding, waiting.splice(random.below(waiting.length), 1)[0] as Waiting);
      }
    }
  };

  const startedMs = performance.now();
  await Promise.all(Array.from({ length: PEOPLE }, (_, person) => live(person)));
  console.log(`people: ${PEOPLE * EACH} sign-ins in ${Math.round(performance.now() - startedMs)} ms`);

  const { profiles } = storedIn(root);
  expect(Object.keys(profiles)).toHaveLength(PEOPLE * EACH);
  for (const [id, { access, refresh }] of Object.entries(profiles)) {
    expect(server.accountOf(access ?? "")).toEqual(accountOf(id.replace("openai:", "")));
    expect(server.refreshTokenState(refresh ?? "")).toBe("live");
  }
  expect(server.tokenRequests("authorization_code")).toHaveLength(PEOPLE * EACH);
  await server.close();
});
