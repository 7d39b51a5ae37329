// Reading sums of usage. What nobody told and what has no price is counted, and never taken for 0.
import type { Receipt } from '../generated/Receipt';
import type { UsageSum } from '../generated/UsageSum';

/** How many of them have tokens and no price. */
export const lacking = (sum: UsageSum) => sum.unpriced - sum.untold;

/** One reply as a sum. */
export function ofReply({ tokens, cost }: Receipt): UsageSum {
  return {
    key: null,
    responses: 1,
    untold: tokens.reported ? 0 : 1,
    usage: tokens.reported,
    costs: cost ? [cost] : [],
    unpriced: cost ? 0 : 1,
  };
}

/** Endpoint and model of a row that is told by model: no endpoint's name has a slash. */
export function asked(key: string) {
  const at = key.indexOf('/');
  return { endpoint: key.slice(0, at), model: key.slice(at + 1) };
}
