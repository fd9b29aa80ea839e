"""Workflows that pages show: what they run, and the reports that they hand on. See guides.py."""

import json
import os

from guides_page import Wrong, must


def jobs_of(name, text, line):
    """The scripts of a workflow, and the reports that it hands on: (kind, path)."""
    try:
        import yaml
    except ImportError:
        print(f"not run: {name}: python3-yaml is not installed")
        return [], []
    try:
        tree = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise Wrong(f"{line}: {name} is no YAML: {error}") from error
    scripts, reports = [], []
    if name.startswith(".github/workflows/"):
        must(True in tree or "on" in tree, line, f"{name} says not when it is run")
        for job in tree["jobs"].values():
            must("runs-on" in job, line, f"{name}: a job without runs-on")
            scripts += [step["run"] for step in job["steps"] if "run" in step]
            reports += [("sarif", step["with"]["sarif_file"]) for step in job["steps"]
                        if "upload-sarif" in step.get("uses", "")]
    elif name == ".gitlab-ci.yml":
        for job in tree.values():
            must("script" in job, line, f"{name}: a job without script")
            scripts.append("\n".join(job.get("before_script", []) + job["script"]))
            reports += list(job.get("artifacts", {}).get("reports", {}).items())
    return scripts, reports


def look_at_report(folder, kind, path, line):
    with open(os.path.join(folder, path), encoding="utf-8") as file:
        report = json.load(file)
    if kind == "sarif":
        results = [result for run in report["runs"] for result in run["results"]]
        must(report["version"] == "2.1.0" and results, line, f"{path} has no results in it")
    elif kind == "codequality":
        must(report, line, f"{path} has nothing in it")
        for entry in report:
            must(entry["description"] and entry["check_name"] and entry["fingerprint"], line, f"{path}: {entry}")
            must(entry["severity"] in ("info", "minor", "major", "critical", "blocker"), line, f"{path}: {entry}")
            must(entry["location"]["lines"]["begin"] > 0 and
                 os.path.exists(os.path.join(folder, entry["location"]["path"])), line, f"{path}: {entry}")
        must(len({entry["fingerprint"] for entry in report}) == len(report), line, f"{path}: a fingerprint twice")
    else:
        raise Wrong(f"{line}: nobody knows what a report of the kind {kind} is")
