import { readFileSync } from 'node:fs';
import { garnet, finiteProblem, tabular, implicitFlow, sampleTimes, diagnosePath, randomWalk } from '../src/theory/index.js';
for (const [mdp] of [[garnet(48,4,2,1,.99)],[garnet(64,4,3,1,.99)]] as const) {
const p=finiteProblem(mdp,tabular(mdp),.1);
for (const tolerance of [1e-6,1e-7,1e-8,1e-9]) {
 let t=performance.now();
 const r=implicitFlow(p,{eta:{type:'exponential',value:2.5e5,rate:.05},times:sampleTimes(200,161),tolerance});
 const t1=performance.now()-t; t=performance.now();
 const d=diagnosePath(p,r);
 console.log(mdp.name,tolerance,r.steps,r.evaluations,t1.toFixed(0),(t1/r.evaluations*1000).toFixed(0)+'us', (performance.now()-t).toFixed(0), d.rate.rate.toFixed(4), d.criticError.at(-1)!.toExponential(1),d.gap.at(-1)!.toExponential(1), d.criticError[40]!.toExponential(2));
}}
