{{/* Values that the schema cannot refuse, each with the way out. Included by every template that makes something that runs. */}}
{{- define "nephoscope.refusals" -}}
{{- $v := .Values -}}
{{- range $old, $new := dict "env" "extraEnv" "envFrom" "extraEnvFrom" -}}
{{- if get $v $old -}}
{{- fail (printf "values: `%s` is called `%s` since chart 0.2.0" $old $new) -}}
{{- end -}}
{{- end -}}
{{- if (get $v "app" | default dict).image -}}
{{- fail "values: `app` is gone since chart 0.2.0: the chart no longer owns the application in sidecar mode. Before you upgrade, keep the application: kubectl annotate deployment NAME helm.sh/resource-policy=keep. Then see helm/README.md, \"From chart 0.1.0\"" -}}
{{- end -}}
{{- if gt (int $v.replicas) 1 -}}
{{- fail "values: replicas must be 0 or 1. This version of the agent has no leader election: each further replica would ask the providers again, pay for it again, and need a database of its own" -}}
{{- end -}}
{{- if eq $v.mode "sidecar" -}}
{{- include "nephoscope.refusals.sidecar" . -}}
{{- end -}}
{{- include "nephoscope.refusals.access" . -}}
{{- end -}}

{{- define "nephoscope.refusals.sidecar" -}}
{{- $v := .Values -}}
{{- if $v.persistence.existingClaim -}}
{{- fail "values: persistence.existingClaim has no effect in mode sidecar: the database lives as long as the pod. Use mode deployment for alerts that must survive it" -}}
{{- end -}}
{{- if $v.metrics.serviceMonitor.enabled -}}
{{- fail "values: metrics.serviceMonitor is for mode deployment; a sidecar has no Service of its own. Use metrics.podMonitor" -}}
{{- end -}}
{{- if eq $v.checkRules "init" -}}
{{- fail "values: checkRules init would hold up the application in mode sidecar; use hook" -}}
{{- end -}}
{{- range $key := list "podLabels" "podAnnotations" "affinity" "topologySpreadConstraints" "priorityClassName" "extraContainers" "extraInitContainers" -}}
{{- if get $v $key -}}
{{- fail (printf "values: %s belongs to the application's pod in mode sidecar: set it in the application's Deployment" $key) -}}
{{- end -}}
{{- end -}}
{{- if or $v.podDisruptionBudget.enabled $v.serviceAccount.identity.awsRoleArn $v.serviceAccount.identity.azureClientId $v.serviceAccount.identity.gcpServiceAccount -}}
{{- fail "values: podDisruptionBudget and serviceAccount belong to the application in mode sidecar: set them there" -}}
{{- end -}}
{{- range $v.config.collectors -}}
{{- range $kind, $_ := . -}}
{{- if and (hasPrefix "aws_" $kind) (not $v.sidecar.allowCloudCollectors) -}}
{{- fail (printf "values: collector %s in a sidecar asks the cloud once for each pod, and is paid for once for each pod. Collect it in one agent with mode deployment, or set sidecar.allowCloudCollectors=true" $kind) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "nephoscope.refusals.access" -}}
{{- $v := .Values -}}
{{- if and (eq $v.http.access "pod") $v.networkPolicy.from -}}
{{- fail "values: networkPolicy.from names peers, but http.access is pod: the agent would not answer them. Set http.access=cluster" -}}
{{- end -}}
{{- if and (eq $v.http.access "pod") (ne $v.service.type "ClusterIP") -}}
{{- fail "values: there is no Service while http.access is pod. Set http.access=cluster" -}}
{{- end -}}
{{- $monitor := or $v.metrics.podMonitor.enabled $v.metrics.serviceMonitor.enabled -}}
{{- if and $monitor (eq $v.http.access "pod") -}}
{{- fail "values: a monitor is on, but http.access is pod: Prometheus could not reach the agent. Set http.access=cluster" -}}
{{- end -}}
{{- if and $monitor (eq $v.mode "deployment") $v.networkPolicy.enabled (not $v.networkPolicy.from) -}}
{{- fail "values: a monitor is on, but networkPolicy.from lets nobody in. Name Prometheus' namespace: networkPolicy.from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}]" -}}
{{- end -}}
{{- end -}}
