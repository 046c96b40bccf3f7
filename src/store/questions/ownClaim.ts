/** Telling the box's own answers from what machines say of themselves. */

/**
 * Condition on rows of "binding": not one of the box's own answers for a dark address, which a mirror port shows as well. From the claim to
 * the end of its last slice, and a minute more; an owner that comes then is in "usage".
 */
export const noOwnClaim = `NOT EXISTS (SELECT 1 FROM "dark" WHERE "dark"."target" = "binding"."address" AND "dark"."mode" = 'answer'
  AND "binding"."from" >= "dark"."claimedAt" AND "binding"."from" <= "dark"."to" + INTERVAL 1 MINUTE)`;
