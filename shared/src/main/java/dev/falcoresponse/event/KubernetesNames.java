package dev.falcoresponse.event;

import java.util.regex.Pattern;

/** What Kubernetes accepts as names and labels. Only a valid name may become part of a URL. */
public final class KubernetesNames {
    private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static final Pattern NAMESPACE = Pattern.compile("(?=.{1,63}$)" + LABEL);
    private static final Pattern NAME = Pattern.compile("(?=.{1,253}$)" + LABEL + "(\\." + LABEL + ")*");
    private static final Pattern LABEL_VALUE =
            Pattern.compile("(?=.{0,63}$)([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?");
    private static final Pattern LABEL_KEY = Pattern.compile(
            "((?=.{1,253}/)" + LABEL + "(\\." + LABEL + ")*/)?(?=[^/]{1,63}$)[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?");

    private KubernetesNames() {}

    public static boolean isNamespace(String text) {
        return NAMESPACE.matcher(text).matches();
    }

    /** Whether it is a DNS subdomain name, as pods and most other objects have. */
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    public static boolean isLabelKey(String text) {
        return LABEL_KEY.matcher(text).matches();
    }

    public static boolean isLabelValue(String text) {
        return LABEL_VALUE.matcher(text).matches();
    }
}
