/**
 * The one door to zod: what a schema here may be made of. The built file holds these parts of the library themselves
 * (`scripts/build.ts`), since a gateway copies every file of every package that its plugins depend on, at each start.
 */
export {
  array,
  catch,
  custom,
  enum,
  int,
  literal,
  looseObject,
  maximum,
  maxLength,
  minimum,
  minLength,
  nonnegative,
  nullish,
  number,
  object,
  optional,
  pipe,
  positive,
  readonly,
  refine,
  regex,
  strictObject,
  string,
  transform,
  union,
  unknown,
} from "zod/mini";
export type { infer, ZodMiniType } from "zod/mini";
