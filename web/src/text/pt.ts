import type { Catalogue } from './en';
import { en } from './en';

/** Portuguese. What is not here yet is English. */
export const pt: Catalogue = {
  ...en,
};
