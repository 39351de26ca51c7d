/** Combines values that replicas gave, replica k driven by member k mod members of a committee. */

/** One replica's value with its own statistical error. */
export interface ReplicaValue {
  readonly member: number;
  readonly value: number;
  readonly error: number;
}

export interface Combined {
  readonly value: number;
  /** Of the mean, from the replicas' own errors. */
  readonly statistical: number;
  /**
   * Scatter between members beyond what the statistical errors explain: one standard deviation
   * of the potential itself, which longer runs do not reduce. Null with a single member.
   */
  readonly committee: number | null;
}

/**
 * The mean over members, each the mean of its replicas.
 *
 * The committee's variance is the members' scatter less the mean of their squared statistical
 * errors, zero at least (one-way random effects).
 */
export function combineMembers(replicas: readonly ReplicaValue[]): Combined {
  const members = [...new Set(replicas.map(({ member }) => member))];
  const means = members.map((member) => {
    const own = replicas.filter((replica) => replica.member === member);
    const value = own.reduce((sum, replica) => sum + replica.value, 0) / own.length;
    const variance =
      own.reduce((sum, { error }) => sum + error * error, 0) / (own.length * own.length);
    return { value, variance };
  });
  const n = means.length;
  const value = means.reduce((sum, mean) => sum + mean.value, 0) / n;
  const noise = means.reduce((sum, { variance }) => sum + variance, 0) / n;
  const scatter =
    means.reduce((sum, mean) => sum + (mean.value - value) * (mean.value - value), 0) / (n - 1);
  return {
    value,
    statistical: Math.sqrt(noise / n),
    committee: n > 1 ? Math.sqrt(Math.max(0, scatter - noise)) : null,
  };
}
