/** Where every number comes from, and how to make it again. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parse } from 'yaml';
import type { ActionRecord } from '../../cache/index.ts';
import type { Json } from '../step.ts';
import type { ExpandedStudy } from '../study/expanded.ts';
import { anchor, type Content, type Html, html } from './html.ts';
import { formatBytes, formatDuration } from './number.ts';
import { highlightYaml } from './source-text.ts';
import type { TaskState } from './state.ts';

/** A file that the study names, as it was read. */
export interface NamedContent {
  /** Absolute. */
  readonly path: string;
  readonly digest: string;
  readonly size: number;
}

export interface Provenance {
  readonly study: ExpandedStudy;
  /** The study file as it was read. */
  readonly text: string;
  readonly files: readonly NamedContent[];
  readonly states: readonly TaskState[];
  /** By task; undefined where there is none. */
  readonly records: readonly (ActionRecord | undefined)[];
  readonly version: string;
}

export function drawProvenance(of: Provenance): Html {
  return html`<section id="provenance"><h2>Provenance</h2>
<div class="pair"><div><h3 id="parameters">Parameters</h3>${parameters(of)}</div><div><h3>To make it again</h3>${commands(of)}${machines(of)}</div></div>
<h3>Study</h3><p class="quiet path">${fileName(of.study)}</p>${highlightYaml(of.text)}
<h3>Data</h3>${files(of)}
<h3>Methods</h3>${methods(of)}
<h3>Results and keys</h3>${tasks(of)}
</section>`;
}

function fileName({ file }: ExpandedStudy): string {
  return file.split(/[\\/]/).slice(-2).join('/');
}

/** What this run used, beside what the file's own values and each of its profiles would. */
function parameters({ study, text }: Provenance): Content {
  const names = Object.keys(study.parameters);
  if (names.length === 0) return html`<p class="quiet">The study has none.</p>`;
  const { defaults, profiles } = writtenParameters(text);
  const used = study.profile === null ? 'this run' : `this run (${study.profile})`;
  const others = [
    ...(study.profile === null ? [] : [{ name: 'no profile', values: {} }]),
    ...Object.entries(profiles)
      .filter(([name]) => name !== study.profile)
      .map(([name, values]) => ({ name, values })),
  ];
  const rows = names.map((name) => {
    const cells = others.map(({ values }) =>
      name in values
        ? html`<td class="number">${grouped(values[name]!)}</td>`
        : html`<td class="number quiet">${grouped(defaults[name] ?? '')}</td>`,
    );
    return html`<tr><th scope="row">${name.replaceAll('_', ' ')}</th><td class="number">${grouped(shown(study.parameters[name] ?? null))}</td>${cells}</tr>`;
  });
  return html`<div class="scroll"><table><thead><tr><th scope="col"></th><th scope="col" class="number">${used}</th>${others.map(({ name }) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

interface Written {
  readonly [parameter: string]: string;
}

/** Parameters as the file has them, without any profile and by profile. */
function writtenParameters(text: string): {
  readonly defaults: Written;
  readonly profiles: { readonly [name: string]: Written };
} {
  let study: unknown;
  try {
    study = parse(text);
  } catch {
    study = undefined;
  }
  const section = (name: string) => (isMapping(study) ? study[name] : undefined);
  const profiles = section('profiles');
  return {
    defaults: textsOf(section('params')),
    profiles: isMapping(profiles)
      ? Object.fromEntries(Object.entries(profiles).map(([name, of]) => [name, textsOf(of)]))
      : {},
  };
}

function textsOf(section: unknown): Written {
  if (!isMapping(section)) return {};
  return Object.fromEntries(
    Object.entries(section).map(([name, value]) => [
      name,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  );
}

function isMapping(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Long integers in groups of three, by narrow spaces. */
function grouped(text: string): string {
  return /^\d{5,}$/.test(text) ? text.replace(/\B(?=(\d{3})+$)/g, '\u202F') : text;
}

function commands({ study, text }: Provenance): Html {
  const { defaults, profiles } = writtenParameters(text);
  const expected = { ...defaults, ...(study.profile === null ? {} : profiles[study.profile]) };
  // What neither file nor profile says was set on the command line.
  const sets = Object.entries(study.parameters)
    .filter(([name, value]) => shown(value) !== expected[name])
    .map(([name, value]) => ` --set ${quoted(`${name}=${shown(value)}`)}`);
  const profile = study.profile === null ? '' : ` --profile ${quoted(study.profile)}`;
  const file = quoted(fileName(study));
  return html`<pre class="code plain"><code>npm ci
npm run -s curie -- run ${file}${profile}${sets}
npm run -s curie -- explain ${file} <span class="quiet">STEP</span></code></pre><p class="note">Running it again restores all that has not changed; steps that are exact give the same bytes on any machine.</p>`;
}

/** As a POSIX shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w./=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function machines({ records, version }: Provenance): Content {
  const known = records.filter((record) => record !== undefined);
  const versions = [...new Set(known.map(({ provenance }) => provenance.curie))].sort();
  const hosts = new Map<string, number>();
  for (const { provenance } of known) {
    const facts = Object.entries(provenance.host)
      .map(([name, fact]) => `${name} ${typeof fact === 'string' ? fact : JSON.stringify(fact)}`)
      .join(', ');
    if (facts !== '') hosts.set(facts, (hosts.get(facts) ?? 0) + 1);
  }
  return html`<ul class="plain"><li>page by curie ${version}${versions.length > 0 && html`, results by ${versions.join(', ')}`}</li>${[...hosts].map(([facts, count]) => html`<li>${facts} <span class="quiet">(${count} ${count === 1 ? 'task' : 'tasks'})</span></li>`)}</ul>`;
}

function files({ study, files }: Provenance): Content {
  if (files.length === 0) return html`<p class="quiet">The study names no file.</p>`;
  const home = dirname(study.file);
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const rows = sorted.map(
    ({ path, digest, size }) =>
      html`<tr><th scope="row" class="path">${relative(home, path)}</th><td class="number">${formatBytes(size)}</td><td class="digest">${digest}</td></tr>`,
  );
  const notices = licences(sorted.map(({ path }) => dirname(path))).map(
    ({ folder, text }) =>
      html`<p class="licence"><span class="path">${relative(home, folder) || '.'}</span> ${text}</p>`,
  );
  return html`<div class="scroll"><table><thead><tr><th scope="col">file</th><th scope="col" class="number">size</th><th scope="col">SHA-256</th></tr></thead><tbody>${rows}</tbody></table></div>${notices}`;
}

/** Licence files that lie beside the data, as far as they are short enough to show. */
function licences(folders: readonly string[]): { folder: string; text: string }[] {
  return [...new Set(folders)].flatMap((folder) => {
    try {
      const name = readdirSync(folder)
        .sort()
        .find((file) => /^licen[cs]e(\.\w+)?$/i.test(file));
      if (name === undefined) return [];
      const text = readFileSync(join(folder, name), 'utf8').trim();
      return [{ folder, text: text.length > 800 ? `${text.slice(0, 800)}…` : text }];
    } catch {
      return [];
    }
  });
}

function methods({ study }: Provenance): Html {
  const types = new Map(study.tasks.map((task) => [task.interface.type, task.interface]));
  const rows = [...types.values()].map(
    ({ type, revision, about, cites, determinism }) =>
      html`<tr><th scope="row">${type}</th><td>${about}${cites.length > 0 && html`<span class="sub">${cites.map((doi, k) => [k > 0 && ' · ', html`<a href="https://doi.org/${doi}" rel="noreferrer">doi:${doi}</a>`])}</span>`}</td><td class="number">${revision}</td><td>${determinism}</td></tr>`,
  );
  return html`<div class="scroll"><table class="methods"><thead><tr><th scope="col">step type</th><th scope="col">what it does</th><th scope="col" class="number">revision</th><th scope="col">determinism</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function tasks({ study, records, states }: Provenance): Html {
  const rows = study.tasks.map((task) => {
    const record = records[task.id];
    const { state, ran } = states[task.id]!;
    const outputs = Object.entries(record?.outputs ?? {}).flatMap(([name, output]) =>
      output.kind === 'artifact'
        ? [
            html`<span class="sub">${name} <span class="digest">${output.digest.slice(0, 16)}</span> ${formatBytes(output.size)}</span>`,
          ]
        : [],
    );
    return html`<tr><th scope="row"><a href="#${anchor('step', task.step)}">${task.name}</a></th><td>${state.kind}${(state.kind === 'done' || state.kind === 'inconclusive') && (ran ? ', ran' : ', restored')}</td><td class="digest">${record?.key.slice(0, 16) ?? '–'}</td><td>${outputs}</td><td class="number">${record !== undefined && formatDuration(record.provenance.seconds)}</td><td class="number">${record?.provenance.threads ?? null}</td><td class="when">${record?.provenance.started.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC') ?? null}</td></tr>`;
  });
  return html`<details class="more"><summary>${study.tasks.length} tasks with their keys and files</summary><div class="scroll"><table class="tasks"><thead><tr><th scope="col">task</th><th scope="col">outcome</th><th scope="col">key</th><th scope="col">files</th><th scope="col" class="number">took</th><th scope="col" class="number">threads</th><th scope="col">started</th></tr></thead><tbody>${rows}</tbody></table></div></details>`;
}
