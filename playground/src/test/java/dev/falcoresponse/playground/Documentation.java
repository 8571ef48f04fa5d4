package dev.falcoresponse.playground;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.Code;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.Heading;
import org.commonmark.node.Image;
import org.commonmark.node.Link;
import org.commonmark.node.Node;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;

/** The Markdown files of the project, read as Markdown. Tables are plain paragraphs to this parser, which finds links and code in them. */
final class Documentation {
    static final Path HOME = Path.of("..");

    private Documentation() {}

    /** All files for people. */
    static List<Path> files() {
        try (Stream<Path> docs = Files.list(HOME.resolve("docs"))) {
            return Stream.concat(
                            Stream.of(
                                            "README.md",
                                            "knative/RULES.md",
                                            "benchmark/README.md",
                                            ".github/CONTRIBUTING.md",
                                            ".github/SECURITY.md")
                                    .map(HOME::resolve),
                            docs.filter(file -> file.toString().endsWith(".md")))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Node parse(Path file) {
        try {
            return Parser.builder().build().parse(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The targets of links and pictures. */
    static List<String> links(Path file) {
        List<String> found = new ArrayList<>();
        parse(file).accept(new AbstractVisitor() {
            @Override
            public void visit(Link link) {
                found.add(link.getDestination());
                visitChildren(link);
            }

            @Override
            public void visit(Image image) {
                found.add(image.getDestination());
            }
        });
        return found;
    }

    /** The names by which links reach the headings, as GitHub makes them. */
    static List<String> anchors(Path file) {
        List<String> found = new ArrayList<>();
        parse(file).accept(new AbstractVisitor() {
            @Override
            public void visit(Heading heading) {
                found.add(text(heading)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'));
            }
        });
        return found;
    }

    private static String text(Node node) {
        StringBuilder text = new StringBuilder();
        node.accept(new AbstractVisitor() {
            @Override
            public void visit(Text part) {
                text.append(part.getLiteral());
            }

            @Override
            public void visit(Code part) {
                text.append(part.getLiteral());
            }
        });
        return text.toString();
    }

    /** The texts that are set as code, within sentences and tables. */
    static List<String> code(Path file) {
        List<String> found = new ArrayList<>();
        parse(file).accept(new AbstractVisitor() {
            @Override
            public void visit(Code part) {
                found.add(part.getLiteral());
            }
        });
        return found;
    }

    /** Blocks that can be pasted into a shell: they have no language, and begin with a command. */
    static List<String> commands(Path file) {
        List<String> found = new ArrayList<>();
        parse(file).accept(new AbstractVisitor() {
            @Override
            public void visit(FencedCodeBlock block) {
                String text = block.getLiteral();
                if (block.getInfo().isEmpty() && !text.startsWith(" ")) {
                    found.add(text.strip());
                }
            }
        });
        return found;
    }
}
