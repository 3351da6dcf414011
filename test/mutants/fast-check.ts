/** fast-check with fewer runs and always the same ones: a mutant that only luck would notice must not come and go. */
import fc, {
  type IAsyncProperty,
  type IProperty,
  type Parameters,
} from "../../node_modules/fast-check/lib/fast-check.js";

const MOST_RUNS = 300;

function fixed<Values>(parameters: Parameters<Values> = {}): Parameters<Values> {
  return { ...parameters, seed: 1, numRuns: Math.min(parameters.numRuns ?? 100, MOST_RUNS) };
}

export default {
  ...fc,
  assert: <Values>(property: IAsyncProperty<Values> | IProperty<Values>, parameters?: Parameters<Values>) =>
    fc.assert(property as IAsyncProperty<Values>, fixed(parameters)),
};
