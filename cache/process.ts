/** Which process this is, so that any other one can tell whether it still lives. */
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process number alone is no identity: containers and reboots use the same ones again. */
export interface Identity {
  readonly host: string;
  /** Of the running kernel; another one after a reboot. */
  readonly bootId: string;
  /** Process numbers mean something within one namespace only. */
  readonly pidNamespace: string;
  readonly pid: number;
  /** Clock ticks from boot to the start of the process. */
  readonly startTime: string;
  /** Random; tells apart what all else fails to. */
  readonly nonce: string;
}

export function ownIdentity(nonce: string): Identity {
  return {
    host: hostname(),
    bootId: firstOf(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pidNamespace: firstOf(() => readlinkSync('/proc/self/ns/pid')),
    pid: process.pid,
    startTime: startTimeOf(process.pid) ?? '',
    nonce,
  };
}

/** Whether `other` lives, as far as `observer` can see its process at all. */
export function processOf(other: Identity, observer: Identity): 'alive' | 'gone' | 'unknown' {
  const observable =
    other.bootId !== '' &&
    other.bootId === observer.bootId &&
    other.pidNamespace !== '' &&
    other.pidNamespace === observer.pidNamespace &&
    other.startTime !== '';
  if (!observable) return 'unknown';
  return startTimeOf(other.pid) === other.startTime ? 'alive' : 'gone';
}

/** Start time of a living process that is no zombie; undefined if there is none. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name is in parentheses and may hold anything, so count from its end.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? undefined : fields[18];
  } catch {
    return undefined;
  }
}

function firstOf(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
