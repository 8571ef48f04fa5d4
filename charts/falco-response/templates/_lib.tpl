{{- /* A parsed document is a dict and passed by reference: each template below changes it, and prints nothing. */ -}}

{{- /* env (container, name, value): sets an environment variable */ -}}
{{- define "env" -}}
{{- /* a large number would be written as 1e+06 */ -}}
{{- $value := and (kindIs "float64" .value) (eq .value (floor .value)) | ternary (printf "%.0f" (float64 .value)) (toString .value) -}}
{{- $env := list -}}{{- $seen := false -}}
{{- range .container.env -}}
  {{- if eq .name $.name -}}
    {{- $seen = true -}}{{- $env = append $env (dict "name" $.name "value" $value) -}}
  {{- else -}}{{- $env = append $env . -}}{{- end -}}
{{- end -}}
{{- if not $seen -}}{{- $env = append $env (dict "name" .name "value" $value) -}}{{- end -}}
{{- $_ := set .container "env" $env -}}
{{- end -}}

{{- /* volume (spec, name, path, secret): mounts a Secret */ -}}
{{- define "volume" -}}
{{- $container := index .spec.containers 0 -}}
{{- $_ := set $container "volumeMounts" (append $container.volumeMounts (dict "name" .name "mountPath" .path "readOnly" true)) -}}
{{- $_ := set .spec "volumes" (append .spec.volumes (dict "name" .name "secret" (dict "secretName" .secret))) -}}
{{- end -}}

{{- /* service (doc, action, root): the Knative Service of an action */ -}}
{{- define "service" -}}
{{- $values := .root.Values -}}{{- $function := get $values.functions .action | default dict -}}
{{- $template := .doc.spec.template -}}{{- $container := index $template.spec.containers 0 -}}
{{- $image := printf "%s/%s" $values.image.registry .action -}}
{{- $tag := printf "%s:%s" $image (default .root.Chart.AppVersion $values.image.tag) -}}
{{- $_ := set $container "image" (empty $function.digest | ternary $tag (printf "%s@%s" $image $function.digest)) -}}
{{- with $values.image.pullSecrets -}}
  {{- $secrets := list -}}{{- range . -}}{{- $secrets = append $secrets (dict "name" .) -}}{{- end -}}
  {{- $_ := set $template.spec "imagePullSecrets" $secrets -}}
{{- end -}}
{{- if ne .action "ingest-alert" -}}
  {{- include "env" (dict "container" $container "name" "RESPONSE_DRY_RUN" "value" (hasKey $function "dryRun" | ternary $function.dryRun $values.dryRun)) -}}
{{- end -}}
{{- include "own" (dict "action" .action "spec" $template.spec "container" $container "values" $values) -}}
{{- if $values.oidc -}}
  {{- include "env" (dict "container" $container "name" "RESPONSE_OIDC_SUBJECTS" "value" (printf "system:serviceaccount:%s:*" .root.Release.Namespace)) -}}
  {{- include "env" (dict "container" $container "name" "RESPONSE_OIDC_AUDIENCE" "value" (printf "falco-response/%s" .action)) -}}
{{- end -}}
{{- range $name, $value := merge (dict) (default dict $function.env) $values.env -}}
  {{- include "env" (dict "container" $container "name" $name "value" $value) -}}
{{- end -}}
{{- with $function.resources -}}{{- $_ := set $container "resources" (mergeOverwrite (dict) $container.resources .) -}}{{- end -}}
{{- $annotations := $template.metadata.annotations -}}
{{- with $function.maxScale -}}{{- $_ := set $annotations "autoscaling.knative.dev/max-scale" (toString .) -}}{{- end -}}
{{- $min := hasKey $function "minScale" | ternary $function.minScale $values.minScale -}}
{{- /* the value for all takes away no replica that a function needs */ -}}
{{- $needed := get $annotations "autoscaling.knative.dev/min-scale" | default "0" | int -}}
{{- if and (not (kindIs "invalid" $min)) (or (hasKey $function "minScale") (gt (int $min) $needed)) -}}
  {{- $_ := set $annotations "autoscaling.knative.dev/min-scale" (toString $min) -}}
{{- end -}}
{{- end -}}

{{- /* own (action, spec, container, values): what the values say about some actions */ -}}
{{- define "own" -}}
{{- $container := .container -}}{{- $values := .values -}}
{{- if eq .action "ingest-alert" -}}
  {{- with $values.ingest.webhook.tokenSecret -}}
    {{- include "env" (dict "container" $container "name" "RESPONSE_TOKEN_FILE" "value" "/token/token") -}}
    {{- include "volume" (dict "spec" $.spec "name" "token" "path" "/token" "secret" .) -}}
  {{- end -}}
{{- else if eq .action "isolate-network" -}}
  {{- if ne $values.isolate.scope "pod" -}}
    {{- include "env" (dict "container" $container "name" "ISOLATE_NETWORK_SCOPE" "value" $values.isolate.scope) -}}
  {{- end -}}
  {{- if ne $values.isolate.policyKind "kubernetes" -}}
    {{- include "env" (dict "container" $container "name" "ISOLATE_NETWORK_POLICY_KIND" "value" $values.isolate.policyKind) -}}
  {{- end -}}
{{- else if eq .action "snapshot-logs" -}}
  {{- include "env" (dict "container" $container "name" "SNAPSHOT_LOGS_STORE" "value" $values.evidence.store) -}}
  {{- with $values.evidence.secret -}}
    {{- $_ := set $container "envFrom" (list (dict "secretRef" (dict "name" .))) -}}
  {{- end -}}
  {{- if $values.evidenceFirst -}}
    {{- include "env" (dict "container" $container "name" "RESPONSE_BUDGET" "value" "unlimited") -}}
  {{- end -}}
{{- else if and (eq .action "suspend-workload") $values.escalate -}}
  {{- include "env" (dict "container" $container "name" "SUSPEND_WORKLOAD_AFTER" "value" "3/10m") -}}
{{- end -}}
{{- end -}}

{{- /* rules (names): a filter for any of these rules */ -}}
{{- define "rules" -}}
{{- $any := list -}}{{- range . -}}{{- $any = append $any (dict "exact" (dict "rule" .)) -}}{{- end -}}
{{- toYaml (dict "any" $any) -}}
{{- end -}}

{{- /* actionRules (action, root): the filter for the rules that lead to an action */ -}}
{{- define "actionRules" -}}
{{- $rules := (get .root.Values.functions .action | default dict).rules -}}
{{- if $rules -}}{{- include "rules" $rules -}}
{{- else -}}
  {{- $own := fromYaml (index (regexSplit "(?m)^---$" (.root.Files.Get (printf "knative/%s/trigger.yaml" .action)) -1) 0) -}}
  {{- toYaml (index $own.spec.filters 1) -}}
{{- end -}}
{{- end -}}

{{- /* approvalRules (action, root): the filter for the rules about which people are asked */ -}}
{{- define "approvalRules" -}}
{{- $rules := (get .root.Values.approval .action).rules -}}
{{- if $rules -}}{{- include "rules" $rules -}}
{{- else -}}
  {{- range regexSplit "(?m)^---$" (.root.Files.Get (printf "knative/components/approve-%s/request-approval-%s.yaml" .action .action)) -1 -}}
    {{- $doc := fromYaml . -}}
    {{- if and (eq $doc.kind "Trigger") (eq $doc.metadata.name (printf "request-approval-%s" $.action)) -}}
      {{- toYaml (index $doc.spec.filters 1) -}}
    {{- end -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{- /* trigger (doc, action, root) */ -}}
{{- define "trigger" -}}
{{- $values := .root.Values -}}{{- $spec := .doc.spec -}}{{- $name := .doc.metadata.name -}}
{{- $rules := (get $values.functions $name | default dict).rules -}}
{{- if $rules -}}
  {{- $_ := set $spec "filters" (list (index $spec.filters 0) (fromYaml (include "rules" $rules))) -}}
{{- end -}}
{{- if hasPrefix "snapshot-logs-before-" $name -}}
  {{- $action := trimPrefix "snapshot-logs-before-" $name -}}
  {{- $_ := set $spec "filters" (list (index $spec.filters 0) (fromYaml (include "actionRules" (dict "action" $action "root" .root)))) -}}
{{- end -}}
{{- if hasPrefix "request-approval-" $name -}}
  {{- $action := trimPrefix "request-approval-" $name -}}
  {{- if hasKey $values.approval $action -}}
    {{- $_ := set $spec "filters" (list (index $spec.filters 0) (fromYaml (include "approvalRules" (dict "action" $action "root" .root)))) -}}
  {{- end -}}
{{- else if (get $values.approval $name | default dict).enabled -}}
  {{- $_ := set $spec "filters" (append $spec.filters (dict "not" (fromYaml (include "approvalRules" (dict "action" $name "root" .root))))) -}}
{{- end -}}
{{- if and $values.evidenceFirst (has $name (list "delete-pod" "isolate-network")) -}}
  {{- $_ := set (index $spec.filters 0).exact "type" "falco.response.snapshot-logs.v1" -}}
  {{- $_ := set $spec "filters" (append $spec.filters (dict "any" (list (dict "exact" (dict "outcome" "acted")) (dict "exact" (dict "reason" "already-done"))))) -}}
{{- end -}}
{{- if $values.oidc -}}
  {{- $_ := set $spec.subscriber "audience" (printf "falco-response/%s" .action) -}}
  {{- include "deadletter" $spec -}}
{{- end -}}
{{- end -}}

{{- /* deadletter SPEC: dead letters need an audience too */ -}}
{{- define "deadletter" -}}
{{- with .delivery.deadLetterSink -}}{{- $_ := set . "audience" "falco-response/notify-falcosidekick" -}}{{- end -}}
{{- end -}}

{{- /* actions ROOT: the functions to install, as JSON */ -}}
{{- define "actions" -}}
{{- $ingest := or .Values.ingest.kafka.bootstrapServers .Values.ingest.webhook.tokenSecret -}}
{{- $on := list -}}
{{- range $path, $_ := .Files.Glob "knative/*/service.yaml" -}}
  {{- $action := base (dir $path) -}}
  {{- $enabled := dig $action "enabled" true $.Values.functions -}}
  {{- if eq $action "ingest-alert" -}}{{- $enabled = not (empty $ingest) -}}{{- end -}}
  {{- if $enabled -}}{{- $on = append $on $action -}}{{- end -}}
{{- end -}}
{{- toJson $on -}}
{{- end -}}

{{- /* action (name, on): which of the functions a Service belongs to; its name may be followed by what it is asked for */ -}}
{{- define "action" -}}
{{- $found := "" -}}
{{- range .on -}}{{- if or (eq $.name .) (hasPrefix (printf "%s-" .) $.name) -}}{{- $found = . -}}{{- end -}}{{- end -}}
{{- $found -}}
{{- end -}}

{{- /* broker (doc, root) */ -}}
{{- define "broker" -}}
{{- $broker := .root.Values.broker -}}
{{- $annotations := mergeOverwrite (dict) .doc.metadata.annotations $broker.annotations -}}
{{- with $broker.class -}}{{- $_ := set $annotations "eventing.knative.dev/broker.class" . -}}{{- end -}}
{{- $_ := set .doc.metadata "annotations" $annotations -}}
{{- if $broker.config -}}
  {{- $_ := set .doc.spec "config" (dict "apiVersion" "v1" "kind" "ConfigMap" "name" "broker-config" "namespace" .root.Release.Namespace) -}}
{{- end -}}
{{- if .root.Values.oidc -}}{{- include "deadletter" .doc.spec -}}{{- end -}}
{{- end -}}

{{- /* check (on, root): refuses values that would leave alerts unanswered without a word */ -}}
{{- define "check" -}}
{{- $values := .root.Values -}}{{- $needs := list -}}
{{- if $values.evidenceFirst -}}{{- $needs = append $needs (list "evidenceFirst" "snapshot-logs") -}}{{- end -}}
{{- range $action, $approval := $values.approval -}}
  {{- if $approval.enabled -}}{{- $needs = append $needs (list (printf "approval.%s" $action) "request-approval" $action) -}}{{- end -}}
{{- end -}}
{{- if $values.escalate -}}{{- $needs = append $needs (list "escalate" "delete-pod" "suspend-workload") -}}{{- end -}}
{{- if $values.restrictIsolated -}}{{- $needs = append $needs (list "restrictIsolated" "isolate-network" "restrict-access") -}}{{- end -}}
{{- range $action, $approval := $values.approval -}}
  {{- $rules := (get $values.functions $action | default dict).rules -}}
  {{- if and $approval.enabled $rules (not $approval.rules) -}}
    {{- fail (printf "approval.%s.rules is empty, and functions.%s.rules is not: say about which rules people are asked" $action $action) -}}
  {{- end -}}
{{- end -}}
{{- if and (index $values.approval "delete-pod").enabled $values.evidenceFirst -}}
  {{- $known := list -}}
  {{- range (fromYaml (include "actionRules" (dict "action" "delete-pod" "root" .root))).any -}}{{- $known = append $known .exact.rule -}}{{- end -}}
  {{- range (index $values.approval "delete-pod").rules -}}
    {{- if not (has . $known) -}}{{- fail (printf "approval.delete-pod.rules has %q, for which evidenceFirst stores nothing: add it to functions.delete-pod.rules" .) -}}{{- end -}}
  {{- end -}}
{{- end -}}
{{- if has "request-approval" .on -}}{{- $needs = append $needs (list "functions.request-approval, which asks for restrict-access," "restrict-access") -}}{{- end -}}
{{- range $need := $needs -}}
  {{- range rest $need -}}
    {{- if not (has . $.on) -}}{{- fail (printf "%s needs functions.%s.enabled" (first $need) .) -}}{{- end -}}
  {{- end -}}
{{- end -}}
{{- end -}}
