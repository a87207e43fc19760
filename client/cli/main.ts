#!/usr/bin/env node
import { runCommandLine } from './run-command-line';
import { runProcess } from './run-process';

runProcess((io) => runCommandLine(process.argv.slice(2), io));
