/** The Allure report of a run: results written from the record, HTML made by Allure's command line. */
package dev.assay.reports.allure;
