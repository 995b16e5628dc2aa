export const pageStyle = `
:root { color-scheme: light dark; --ink: #1d2430; --dim: #66707f; --line: #d7dce3; --paper: #fff; --panel: #f6f7f9; --blue: #2563c9; --grey: #aab3bf; --green: #cfe6d4; --amber: #f2b84b; --red: #d9453d; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --dim: #97a1af; --line: #39414d; --paper: #14181e; --panel: #1c222a; --blue: #6ea3f5; --grey: #566170; --green: #28503a; } }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 920px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; } p, .legend { color: var(--dim); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: .6rem; margin: 1rem 0; }
.tiles div { background: var(--panel); border-radius: 8px; padding: .6rem .8rem; } .tiles b { display: block; font-size: 1.3rem; }
.charts, .multiples { display: grid; grid-template-columns: repeat(auto-fit, minmax(380px, 1fr)); gap: .8rem; } .multiples { grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); }
figure { margin: 0; background: var(--panel); border-radius: 8px; padding: .6rem .8rem; } figcaption { color: var(--dim); font-size: .85rem; } figcaption b { color: var(--ink); }
svg { width: 100%; height: auto; display: block; } .tick { font-size: 10px; fill: var(--dim); } .name { font-size: 11px; fill: var(--ink); }
.axis { stroke: var(--line); } .limit { stroke: var(--red); stroke-dasharray: 4 3; } .series { stroke: var(--blue); stroke-width: 1.5; } .dot { fill: var(--blue); } .alerted { fill: var(--red); }
rect.reference { fill: var(--grey); } rect.current { fill: var(--blue); fill-opacity: .8; } rect.same { fill: var(--green); } rect.moderate { fill: var(--amber); } rect.large { fill: var(--red); } rect.unknown { fill: var(--line); }
i { display: inline-block; width: .8em; height: .8em; border-radius: 2px; margin: 0 .3em 0 .8em; } i.same { background: var(--green); } i.moderate { background: var(--amber); } i.large { background: var(--red); } i.reference { background: var(--grey); } i.current { background: var(--blue); }
table { border-collapse: collapse; width: 100%; font-size: .9rem; } td, th { text-align: left; padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; } th { color: var(--dim); font-weight: 500; } td.nowrap { white-space: nowrap; }
`;
