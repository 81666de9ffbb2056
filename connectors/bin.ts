#!/usr/bin/env node
import { runProgram } from '../src/cli/run-program.js';
import { catalogue } from './index.js';

await runProgram(catalogue);
