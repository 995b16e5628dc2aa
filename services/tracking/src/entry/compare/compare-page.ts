import { compareScript } from './compare-script.ts';

/** A page of its own, without anything from elsewhere; its script may run because of the nonce in the header. */
export function comparePage(nonce: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Compare runs - Millrace</title>
<style>
body{font:14px/1.45 system-ui,sans-serif;margin:1.5rem;color:#1c2a33}h1{font-size:1.3rem}h2{font-size:1rem;margin:1.5rem 0 .5rem}
#charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(26rem,1fr));gap:1rem}figure{margin:0;border:1px solid #d5dde2;border-radius:6px;padding:.5rem}
figcaption{font-weight:600}svg{width:100%;height:auto;display:block}svg text{font-size:10px;fill:#5b6b75}polyline{fill:none;stroke-width:1.4}
.parallel text{font-size:12px}.parallel .name{font-weight:600;fill:#1c2a33}.parallel .tick{paint-order:stroke;stroke:#fff;stroke-width:3px}.parallel polyline{stroke-width:1.8}.parallel polyline:hover{stroke-width:4;stroke-opacity:1}
.scroll{overflow:auto;max-height:32rem}table{border-collapse:collapse}th,td{padding:.2rem .6rem;text-align:left;border-bottom:1px solid #e3e9ed;white-space:nowrap;max-width:20rem;overflow:hidden;text-overflow:ellipsis}
thead th{position:sticky;top:0;background:#fff}.dot{display:inline-block;width:.7em;height:.7em;border-radius:50%;margin-right:.4em}#state{color:#5b6b75}label{margin-right:1rem}
</style></head>
<body><h1>Compare runs</h1><p id="state">Loading…</p><section id="parallel"></section><form id="choice"></form><div id="charts"></div><div id="tables"></div>
<script nonce="${nonce}">${compareScript}</script></body></html>
`;
}
