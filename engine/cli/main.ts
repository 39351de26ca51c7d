#!/usr/bin/env node
/** The command line. Each command's code is loaded only when it is called. */
import { Command, CommanderError, Option } from 'commander';
import { CacheError } from '../../cache/index.ts';
import { EXIT, Failure } from './failure.ts';
import { version } from './version.ts';

const program = new Command('curie')
  .description('Reproducible studies of machine-learned interatomic potentials.')
  .version(version())
  .exitOverride()
  .configureHelp({ showGlobalOptions: false })
  .showSuggestionAfterError()
  .addHelpText(
    'after',
    '\nExit codes: 0 done (inconclusive results included), 1 a step failed,\n2 the study or the usage is wrong, 130 interrupted.',
  );

const repeated = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** A command about one study, with the options that all of those share. */
function onStudy(name: string, about: string): Command {
  return program
    .command(name)
    .description(about)
    .argument('<study>', 'the study file')
    .option('--profile <name>', 'a parameter set of the study')
    .option('--set <name=value>', 'one parameter; may be given several times', repeated)
    .option('--cache <folder>', 'the cache; as curie site tells without it');
}

onStudy('run', 'run what is not there yet, and write the report')
  .option('-n, --dry-run', 'only say what would run')
  .option('--only <step>', 'this step and what it needs; may be given several times', repeated)
  .option('--force <step>', 'run this step again even if its result is known', repeated)
  .option('--jobs <n>', 'cores to use; as curie site tells without it')
  .option('--gpus <list>', 'devices: all, none, or numbers and UUIDs with commas')
  .option('--json', 'print every event as one line of JSON')
  .action(async (study, options) => (await import('./run.ts')).runCommand(study, options));

onStudy('plan', 'say for every task whether it would be restored, run or wait, and why')
  .option('--only <step>', 'this step and what it needs; may be given several times', repeated)
  .option('--force <step>', 'run this step again even if its result is known', repeated)
  .option('--json', 'print one JSON document')
  .action(async (study, options) => (await import('./plan.ts')).planCommand(study, options));

onStudy('explain', 'say what changed since a step ran last: old and new, with its place')
  .argument('<step>', 'a step, or one of its tasks such as density/DP-M/Fe')
  .action(async (study, step, options) =>
    (await import('./explain.ts')).explainCommand(study, step, options),
  );

onStudy('outputs', 'print values with units, standard errors and conditions, and paths of files')
  .argument('[step]', 'a step, or one of its tasks')
  .option('--json', 'print one JSON document')
  .action(async (study, step, options) =>
    (await import('./outputs.ts')).outputsCommand(study, step, options),
  );

onStudy('status', 'tell how far the current or the last run has come').action(
  async (study, options) => (await import('./status.ts')).statusCommand(study, options),
);

onStudy('validate', 'find every mistake of the study, without running anything').action(
  async (study, options) => (await import('./validate.ts')).validateCommand(study, options),
);

program
  .command('migrate')
  .description('bring a study, a protocol or a step.yaml to the newest version of the language')
  .argument('<file>', 'the file')
  .action(async (file) => (await import('./migrate.ts')).migrateCommand(file));

onStudy('report', 'write the report from the results that are there').action(
  async (study, options) => (await import('./report.ts')).reportCommand(study, options),
);

onStudy('lock', 'write down digests of all that the study takes and gives, beside its file')
  .option('--frozen', 'write nothing; fail where anything differs from the lock')
  .action(async (study, options) => (await import('./lock.ts')).lockCommand(study, options));

onStudy('verify', 'execute again what is bit for bit reproducible, and compare digests')
  .option('--step <step>', 'this step alone; may be given several times', repeated)
  .option('--jobs <n>', 'cores to use; as curie site tells without it')
  .option('--json', 'print one JSON document')
  .action(async (study, options) => (await import('./verify.ts')).verifyCommand(study, options));

program
  .command('runs')
  .description('list the runs in a cache, the newest first')
  .option('--cache <folder>', 'the cache; as curie site tells without it')
  .option('--json', 'print one JSON document')
  .action(async (options) => (await import('./runs.ts')).runsCommand(options));

program
  .command('diff')
  .description('say what differs between two runs: parameters, files, inputs and values')
  .argument('<run>', 'a run, or the beginning of its name; last and last~1 are the newest')
  .argument('<run>', 'another one')
  .option('--cache <folder>', 'the cache; as curie site tells without it')
  .option('--json', 'print one JSON document')
  .action(async (first, second, options) =>
    (await import('./runs.ts')).diffCommand(first, second, options),
  );

program
  .command('steps')
  .description('list the step types, or tell what one takes and gives')
  .argument('[name]', 'a step type, or the folder of one of your own')
  .option('--json', 'print one JSON document')
  .action(async (name, options) => (await import('./steps.ts')).stepsCommand(name, options));

program
  .command('site')
  .description('tell what is in force on this machine, and who says so: cache, cores, tools')
  .action(async () => (await import('./site.ts')).siteCommand());

const model = program.command('model').description('look into model files, and convert them');

model
  .command('info')
  .description('tell what a model is: elements, cut-off, nets, members, training range, digest')
  .argument('<file>', 'a model of curie, or of DeePMD-kit (.dp, .yaml)')
  .option('--json', 'print one JSON document')
  .action(async (file, options) =>
    (await import('./model-info.ts')).modelInfoCommand(file, options),
  );
model
  .command('convert')
  .description('write a model for DeePMD-kit, or take one from there')
  .argument('<file...>', 'a model; several of DeePMD-kit become members of one of curie')
  .addOption(
    new Option('--to <format>', 'what to write')
      .choices(['dp', 'yaml', 'curie'])
      .makeOptionMandatory(),
  )
  .requiredOption('-o, --out <file>', 'where to; members of a committee are numbered')
  .option('--frames <file>', 'for curie: what it was trained on; may be given again', repeated)
  .addOption(
    new Option('--spin <treatment>', 'of frames that do not say it').choices(['none', 'collinear']),
  )
  .action(async (files, options) =>
    (await import('./model-convert.ts')).modelConvertCommand(files, options),
  );
model
  .command('compress')
  .description('check the tables that simulations use in place of embedding nets')
  .argument('<file>', 'a model')
  .option('--json', 'print one JSON document')
  .action(async (file, options) =>
    (await import('./model-compress.ts')).modelCompressCommand(file, options),
  );
model
  .command('eval')
  .description('energies and forces on frames, with their errors where there are labels')
  .argument('<file>', 'a model')
  .argument('<frames>', 'extended XYZ')
  .option('--json', 'print one JSON document, with all numbers in full')
  .action(async (file, frames, options) =>
    (await import('./model-eval.ts')).modelEvalCommand(file, frames, options),
  );

const cache = program.command('cache').description('look after the content store');

function onCache(name: string, about: string): Command {
  return cache
    .command(name)
    .description(about)
    .option('--cache <folder>', 'the cache; as curie site tells without it')
    .option('--json', 'print one JSON document');
}

onCache('stats', 'count what is stored').action(async (options) =>
  (await import('./cache.ts')).statsCommand(options),
);
onCache('verify', 'read everything again and compare digests')
  .option('--heal', 'move what is damaged away, so that the next run makes it again')
  .action(async (options) => (await import('./cache.ts')).verifyCommand(options));
onCache('gc', 'remove bytes that no kept run needs; records stay')
  .option('--keep-runs <n>', 'keep what the newest n runs need; all runs without it')
  .option('--max-size <size>', 'bytes to keep at most, such as 20GB')
  .option('-n, --dry-run', 'only say what would go')
  .action(async (options) => (await import('./cache.ts')).gcCommand(options));

// Whoever reads what is printed has gone, as with `| head`: as good as an interrupt.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.interrupted);
    throw error;
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : EXIT.wrong;
  else if (error instanceof Failure) {
    if (error.message !== '') console.error(error.message);
    process.exitCode = error.code;
  } else if (error instanceof CacheError) {
    console.error(error.message);
    process.exitCode =
      error.problem === 'disk-full' || error.problem === 'disk' ? EXIT.failed : EXIT.wrong;
  } else throw error;
}
