#!/usr/bin/env node
// Before anything else is loaded.
import './keep-compiled';
import { runCommandLine } from './run-command-line';
import { runProcess } from './run-process';

runProcess((io) => runCommandLine(process.argv.slice(2), io));
