import { html } from './html.js';

/** Okabe and Ito's colors, which eyes of all kinds tell apart; failure is red and no series. */
export const style = html`<style>
:root{--paper:#fff;--ink:#1c2024;--quiet:#60656c;--hair:#e3e5e8;--shade:#f5f6f7;--bar:#dbe9f4;--bad:#c62828;--c0:#0072b2;--c1:#e69f00;--c2:#009e73;--c3:#cc79a7;--c4:#56b4e9;--c5:#d55e00;--co:#9aa0a6}
@media (prefers-color-scheme:dark){:root{color-scheme:dark;--paper:#111418;--ink:#e6e8eb;--quiet:#9ba1a8;--hair:#2b2f36;--shade:#191d22;--bar:#1b3347;--bad:#ef6a6a;--c0:#3a9bd9}}
@media print{:root{color-scheme:light;--paper:#fff;--ink:#1c2024;--quiet:#60656c;--hair:#d5d8dc;--shade:#f5f6f7;--bar:#dbe9f4;--bad:#c62828;--c0:#0072b2}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.45 system-ui,sans-serif;font-variant-numeric:tabular-nums}
main,header,footer{max-width:1040px;margin:0 auto;padding:0 16px}
header{padding-top:24px}
h1{font-size:24px;line-height:1.25;margin:0 0 4px}
h2{font-size:18px;margin:0 0 8px}
h3{font-size:15px;margin:20px 0 4px}
p{margin:0 0 12px;max-width:46em}
p.q{max-width:60em}
time{white-space:nowrap}
section{border-top:1px solid var(--hair);padding:20px 0 12px;margin-top:12px}
.q,caption,figcaption,footer{color:var(--quiet);font-size:13px}
.lead{font-size:17px}
.bad{color:var(--bad);font-weight:600}
nav{margin:12px 0 0;font-size:13px}
nav a{display:inline-block;margin-right:14px;padding:2px 0}
a{color:inherit}
dl.kpi{display:grid;grid-template-columns:repeat(auto-fit,minmax(176px,1fr));gap:12px;margin:12px 0}
dl.kpi div{border:1px solid var(--hair);border-radius:6px;padding:10px 12px;min-width:0}
dl.kpi dt{color:var(--quiet);font-size:13px}
dl.kpi dd{margin:0}
dl.kpi dd.v{font-size:28px;line-height:1.25;overflow-wrap:anywhere}
.w{overflow-x:auto;margin:8px 0 12px}
table{border-collapse:collapse;font-size:13px;min-width:100%}
caption{text-align:left;padding:4px 0}
th,td{padding:4px 10px 4px 0;text-align:right;vertical-align:top;border-bottom:1px solid var(--hair);white-space:nowrap}
th:last-child,td:last-child{padding-right:2px}
thead th{color:var(--quiet);font-weight:500;white-space:normal;vertical-align:bottom}
tbody th,tfoot th{font-weight:400;text-align:left;white-space:normal;overflow-wrap:anywhere;min-width:9em;max-width:26em}
tfoot th,tfoot td{font-weight:600;border-bottom:0}
.t{text-align:left!important}
td.t{white-space:normal;overflow-wrap:anywhere;min-width:6em;max-width:26em}
.b{display:inline-block;min-width:88px;padding:0 4px;margin-right:-4px;background:linear-gradient(var(--bar) 0 0) right/var(--w) 100% no-repeat}
caption.o{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
.log td.t{min-width:5.5em}
.log tbody th{white-space:nowrap;min-width:0}
.log td:last-child{font:11px/1.5 ui-monospace,monospace;min-width:14em}
details{margin:4px 0 12px}
summary{cursor:pointer;color:var(--quiet);font-size:13px;padding:2px 0}
figure{margin:12px 0 4px}
figcaption{margin-bottom:2px;color:var(--ink)}
.l{display:flex;flex-wrap:wrap;gap:2px 14px;font-size:13px;margin:2px 0 0;max-width:none}
.l span{overflow-wrap:anywhere;min-width:0}
.l i{display:inline-block;width:10px;height:10px;margin-right:6px}
svg.c{display:block;width:calc(100% - 112px);height:220px;margin:12px 48px 30px 64px;overflow:visible}
svg.c text{font-size:12px;fill:var(--quiet)}
svg.c .e{font-weight:600}
.x line{stroke:var(--hair)}
.k{fill:var(--shade)}
.h{fill:url(#hatch)}
.n{fill:transparent}
.f0{fill:var(--c0);background:var(--c0)}.f1{fill:var(--c1);background:var(--c1)}.f2{fill:var(--c2);background:var(--c2)}.f3{fill:var(--c3);background:var(--c3)}.f4{fill:var(--c4);background:var(--c4)}.f5{fill:var(--c5);background:var(--c5)}.fbad{fill:var(--bad)}.fother{fill:var(--co);background:var(--co)}
[class^=s]{fill:none;stroke-width:2;vector-effect:non-scaling-stroke;stroke-linejoin:round}
.s0{stroke:var(--c0)}.s1{stroke:var(--c1)}.s2{stroke:var(--c2)}.s3{stroke:var(--c3)}.s4{stroke:var(--c4)}.s5{stroke:var(--c5)}
.d{stroke-dasharray:2 4}
footer{padding-top:12px;padding-bottom:32px}
@media (max-width:560px){.i{display:none}svg.c{width:calc(100% - 88px);margin-left:50px;margin-right:38px;height:180px}dl.kpi{grid-template-columns:1fr 1fr}.b{min-width:0}table{font-size:12.5px}tbody th,tfoot th{min-width:6.2em}th,td{padding-right:6px}dl.kpi dd.v{font-size:22px}svg.c text{font-size:11px}}
@media print{*{print-color-adjust:exact;-webkit-print-color-adjust:exact}nav{display:none}body{font-size:10.5pt}main,header,footer{max-width:none;padding:0}dl.kpi{grid-template-columns:repeat(5,1fr);gap:8px}dl.kpi div{padding:8px}dl.kpi dd.v{font-size:15pt}.log{font-size:7.5pt}.log tbody th{white-space:normal;min-width:6em}.log td:last-child{font-size:6.5pt}figure,dl.kpi,tr,.w:not(:has(.log)),h2,h3,.lead{break-inside:avoid}h2,h3,h3+.q,.lead,figcaption,summary{break-after:avoid}.w{overflow:visible}table{font-size:8.5pt}thead th{overflow-wrap:anywhere;min-width:5.6em}details:not([open])>summary::after{content:' (folded: open it to print it)'}svg.c{height:180px}@page{margin:14mm}}
</style>`;

/** What marks a day that is not over. */
export const hatch = html`<svg width=0 height=0 style="position:absolute" aria-hidden=true><defs><pattern id=hatch width=6 height=6 patternUnits=userSpaceOnUse patternTransform="rotate(45)"><line x1=0 x2=0 y1=0 y2=6 style="stroke:var(--paper);stroke-width:5;opacity:.55"/></pattern></defs></svg>`;
