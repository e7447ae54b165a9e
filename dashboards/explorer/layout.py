"""How the explorer looks beyond the report: its style, what Dash leaves out for screen readers, the reader's theme."""

from __future__ import annotations

import json
from typing import Any, Final

from dash import Dash, Input, Output, dcc, html

from dashboards import theme
from dashboards.translation import _

PLOT: Final = {"displaylogo": False, "displayModeBar": "hover", "responsive": True}
STYLE: Final = """
:root:root { --Dash-Fill-Inverse-Strong: var(--card); --Dash-Fill-Interactive-Strong: var(--blue);
  --Dash-Fill-Interactive-Weak: var(--page); --Dash-Fill-Primary-Hover: var(--page);
  --Dash-Fill-Primary-Active: var(--page);
  --Dash-Fill-Disabled: var(--edge); --Dash-Text-Strong: var(--ink); --Dash-Text-Primary: var(--ink);
  --Dash-Text-Weak: var(--soft); --Dash-Text-Disabled: var(--soft); --Dash-Stroke-Strong: var(--edge);
  --Dash-Stroke-Weak: var(--grid); }
.dash-dropdown, .dash-input-container, .dash-options-list-option { color: var(--ink); }
.card > h2 { font-size: clamp(17px, 1.6vw, 20px); line-height: 1.3; margin: 0 0 6px; }
.card > label { font-size: 13px; color: var(--soft); }
.panel { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 260px), 1fr)); gap: 12px 24px; }
.panel label, .panel legend { font-size: 13px; color: var(--soft); display: block; padding: 0; }
.panel input[type=number], .panel select { font: inherit; max-width: 100%; }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
legend { max-width: 100%; overflow-wrap: anywhere; white-space: normal; }
.lever { padding: 4px 0 12px; }
.said { font-size: 15px; }
.story { padding-left: 3em; margin: 8px 0; font-size: 14px; max-height: 420px; overflow: auto; }
.story li { margin: 3px 0; }
.mark { display: inline-block; width: 22px; margin-right: 7px; vertical-align: middle; border-top: 3px solid; }
.lead { padding-bottom: 16px; }
.card { margin-bottom: 16px; }
#bat-keys, #levers { margin-top: 12px; }
footer { border: 0; }
"""
MEND: Final = """
const mend = () => {
  const each = (selector, change) => document.querySelectorAll(selector).forEach(change);
  each(".dash-checklist[role=listbox]", (node) => { node.setAttribute("role", "group"); });
  each(".dash-checklist:not([aria-label])", (node) => {
    node.setAttribute("aria-label", node.closest("fieldset")?.querySelector("legend")?.textContent ?? "choices");
  });
  each(".dash-checklist label[role]", (node) => {
    node.removeAttribute("role");
    node.removeAttribute("aria-selected");
  });
  each(".dash-dropdown-focus-target[aria-hidden]", (node) => {
    node.removeAttribute("aria-hidden");
    node.setAttribute("aria-label", "choose");
  });
  each("[role=slider]:not([aria-label])", (node) => {
    node.setAttribute("aria-label", node.closest("fieldset")?.querySelector("strong")?.textContent ?? "value");
  });
};
new MutationObserver(mend).observe(document.body, {
  subtree: true, childList: true, attributes: true, attributeFilter: ["role", "aria-hidden"],
});
"""
"""For Dash 4's choices and sliders the roles and names that screen readers need and it leaves out."""
_RECOLOUR: Final = """function(figure) {
  const dark = %s;
  if (!figure || !window.matchMedia("(prefers-color-scheme: dark)").matches) return figure;
  const swap = (v) => typeof v === "string" ? (dark[v] ?? v) : Array.isArray(v) ? v.map(swap)
    : v && typeof v === "object" ? Object.fromEntries(Object.entries(v).map(([k, x]) => [k, swap(x)])) : v;
  return swap(figure);
}"""


def recolour(app: Dash, name: str) -> None:
    """Draw what the server sends, in the colours of the reader's theme."""
    script = _RECOLOUR % json.dumps(dict(theme.DARK))
    app.clientside_callback(script, Output(name, "figure"), Input(f"{name}-data", "data"))


def save_button(name: str) -> Any:
    """Return the button that saves one card, and what the browser downloads."""
    return html.Div([html.Button(_("Save as CSV"), id=f"{name}-save"), dcc.Download(id=f"{name}-file")])
