/** A look around once a minute while the gateway runs. */
import { succeeds } from "../attempt.ts";
import type { OpenClawPluginApi } from "./sdk.ts";

const PERIOD_MS = 60_000;
/** A stand-in sign-in server serves demos and tests, which do not wait that long. */
const SANDBOX_PERIOD_MS = 2_000;

export interface WatchOptions {
  /** Asked before each look: the config may change. */
  readonly isOn: () => boolean;
  readonly isSandbox: boolean;
}

/** One look at a time; one that fails is as good as one that found nothing. */
export function watch(api: OpenClawPluginApi, { isOn, isSandbox }: WatchOptions, look: () => Promise<void>): void {
  let timer: NodeJS.Timeout | undefined;
  let isLooking = false;
  const lookOnce = async (): Promise<void> => {
    if (isLooking || !isOn()) return;
    isLooking = true;
    await succeeds(look);
    isLooking = false;
  };
  api.registerService({
    id: "codex-auth-watch",
    start() {
      clearInterval(timer);
      timer = setInterval(() => void lookOnce(), isSandbox ? SANDBOX_PERIOD_MS : PERIOD_MS);
      timer.unref();
    },
    stop() {
      clearInterval(timer);
    },
  });
}
